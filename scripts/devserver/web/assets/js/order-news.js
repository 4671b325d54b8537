// What an order’s page says first about what happened on the way to it: a heading and a text.

/** said is the news by its kind. */
export const said = {
  placed: ['Your order is placed', 'Everything is kept for you. Please choose how to pay.'],
  unreached: ['The payment could not begin', 'The gateway did not answer. Your order is placed and kept for you, and nothing was charged. Please try again in a moment.'],
  asking: ['We are asking how your payment went', 'The gateway has not told us yet; this page follows by itself. Please wait a moment before you try again. You are never charged twice for one order.'],
  changed: ['Your order was changed', 'Everything is kept for you as before. Please look at the new total and choose how to pay.'],
  refused: ['This way to pay is not possible', 'It does not take the currency or the sum of your order. The order is placed and kept for you, and nothing was charged. Please choose another way below.'],
};
