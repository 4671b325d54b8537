package letter

// The tables below have the same names in every language, and each text the same braces; the package's tests hold them to that.

func english() texts {
	return texts{
		"order_confirmed subject": "Your order is confirmed ({order})",
		"order_confirmed":         "Thank you. Your payment has arrived and we are packing your order.",
		"order_shipped subject":   "Your order is on its way ({order})",
		"order_shipped":           "We have handed a parcel of your order to the carrier.",
		"goods_ready subject":     "Your purchase is ready ({order})",
		"goods_ready":             "What you bought and goes in no parcel is ready for you.",
		"order_cancelled subject": "Your order is cancelled ({order})",
		"order_cancelled":         "Your order was cancelled. What you have paid goes back to the card or account that it came from.",
		"order_link subject":      "The link to your order ({order})",
		"order_link": "You asked for a new link to your order. If it was not you, there is nothing to do: nobody else gets " +
			"this mail.",
		"return_requested subject":      "Your return is noted ({order})",
		"return_requested":              "We have noted what you want to send back. We will tell you soon whether we can take it. Please keep it until then.",
		"return_accepted subject":       "Please send it back ({order})",
		"return_accepted":               "We take back what you asked to return. Please send it to the sender's address on the parcel it came in, and put the order's number inside.",
		"return_refused subject":        "About your return ({order})",
		"return_refused":                "We cannot take back what you asked to return. Answer this mail if you have questions.",
		"return_received subject":       "Your return has arrived ({order})",
		"return_received":               "What you sent back has arrived and we have looked at it. If money goes back to you, it goes to the card or account that it came from.",
		"refund_sent subject":           "Your refund is on its way ({order})",
		"refund_sent":                   "We have sent money back to the card or account that it came from. Banks may take some days to show it.",
		"late_payment_refunded subject": "Your late payment goes back ({order})",
		"late_payment_refunded": "Your payment arrived after the order had ended, and what you chose has been sold meanwhile. " +
			"We are sending all of it back.",
		"code export head":  "Your code to download your data",
		"code export":       "You asked to download what we keep about you. The code is {code}. Enter it on the page where you asked.",
		"code erasure head": "Your code to erase your data",
		"code erasure": "You asked us to erase what we keep about you. The code is {code}. Enter it on the page where you asked. This " +
			"cannot be undone.",
		"code hint": "It is good for 15 minutes and works once. If it was not you, there is nothing to do: nobody else gets this " +
			"mail. Nobody of the shop ever asks you for it.",
		placed:     "Ordered: {date}",
		total:      "Total: {amount}",
		parcel:     "Parcel: {carrier} {number}",
		refundSent: "Refund: {amount} (sent)",
		refundOpen: "Refund: {amount} (under way)",
		follow:     "Follow your order: {link}",
	}
}

func german() texts {
	return texts{
		"order_confirmed subject": "Ihre Bestellung ist bestätigt ({order})",
		"order_confirmed":         "Vielen Dank. Ihre Zahlung ist eingegangen, und wir packen Ihre Bestellung.",
		"order_shipped subject":   "Ihre Bestellung ist unterwegs ({order})",
		"order_shipped":           "Wir haben ein Paket Ihrer Bestellung dem Versanddienst übergeben.",
		"goods_ready subject":     "Ihr Einkauf steht bereit ({order})",
		"goods_ready":             "Der Teil Ihres Einkaufs, der in kein Paket kommt, steht für Sie bereit.",
		"order_cancelled subject": "Ihre Bestellung ist storniert ({order})",
		"order_cancelled": "Ihre Bestellung wurde storniert. Was Sie bezahlt haben, geht auf die Karte oder das Konto zurück, von " +
			"dem es kam.",
		"order_link subject": "Der Link zu Ihrer Bestellung ({order})",
		"order_link": "Sie haben einen neuen Link zu Ihrer Bestellung angefordert. Wenn Sie das nicht waren, müssen Sie nichts tun: " +
			"Diese E-Mail erhält sonst niemand.",
		"return_requested subject": "Ihre Rücksendung ist vermerkt ({order})",
		"return_requested":         "Wir haben vermerkt, was Sie zurücksenden möchten. Wir sagen Ihnen bald, ob wir es annehmen können. Bitte behalten Sie es bis dahin.",
		"return_accepted subject":  "Bitte senden Sie es zurück ({order})",
		"return_accepted":          "Wir nehmen zurück, was Sie zurücksenden möchten. Bitte senden Sie es an die Absenderadresse auf dem Paket, in dem es kam, und legen Sie die Bestellnummer bei.",
		"return_refused subject":   "Zu Ihrer Rücksendung ({order})",
		"return_refused":           "Wir können nicht zurücknehmen, was Sie zurücksenden möchten. Antworten Sie auf diese E-Mail, wenn Sie Fragen haben.",
		"return_received subject":  "Ihre Rücksendung ist angekommen ({order})",
		"return_received":          "Was Sie zurückgesandt haben, ist angekommen und geprüft. Wenn Sie Geld zurückerhalten, geht es auf die Karte oder das Konto, von dem es kam.",
		"refund_sent subject":      "Ihre Erstattung ist unterwegs ({order})",
		"refund_sent": "Wir haben Geld auf die Karte oder das Konto zurückgesandt, von dem es kam. Bei manchen Banken dauert es " +
			"einige Tage, bis es zu sehen ist.",
		"late_payment_refunded subject": "Ihre verspätete Zahlung geht zurück ({order})",
		"late_payment_refunded": "Ihre Zahlung kam an, als die Bestellung schon beendet war, und was Sie ausgesucht hatten, ist inzwischen " +
			"verkauft. Wir senden den ganzen Betrag zurück.",
		"code export head": "Ihr Code zum Herunterladen Ihrer Daten",
		"code export": "Sie möchten herunterladen, was wir über Sie gespeichert haben. Der Code ist {code}. Geben Sie ihn auf der " +
			"Seite ein, auf der Sie ihn angefordert haben.",
		"code erasure head": "Ihr Code zum Löschen Ihrer Daten",
		"code erasure": "Sie möchten, dass wir löschen, was wir über Sie gespeichert haben. Der Code ist {code}. Geben Sie ihn auf der " +
			"Seite ein, auf der Sie ihn angefordert haben. Das lässt sich nicht rückgängig machen.",
		"code hint": "Er gilt 15 Minuten und nur einmal. Wenn Sie das nicht waren, müssen Sie nichts tun: Diese E-Mail erhält sonst " +
			"niemand. Niemand aus dem Laden fragt Sie je danach.",
		placed:     "Bestellt: {date}",
		total:      "Gesamtbetrag: {amount}",
		parcel:     "Paket: {carrier} {number}",
		refundSent: "Erstattung: {amount} (abgesandt)",
		refundOpen: "Erstattung: {amount} (in Arbeit)",
		follow:     "Ihre Bestellung ansehen: {link}",
	}
}

func spanish() texts {
	return texts{
		"order_confirmed subject": "Su pedido está confirmado ({order})",
		"order_confirmed":         "Gracias. Hemos recibido su pago y estamos preparando su pedido.",
		"order_shipped subject":   "Su pedido está en camino ({order})",
		"order_shipped":           "Hemos entregado un paquete de su pedido al transportista.",
		"goods_ready subject":     "Su compra está lista ({order})",
		"goods_ready":             "La parte de su compra que no va en ningún paquete está lista para usted.",
		"order_cancelled subject": "Su pedido está cancelado ({order})",
		"order_cancelled":         "Su pedido ha sido cancelado. Lo que ha pagado vuelve a la tarjeta o cuenta de la que procede.",
		"order_link subject":      "El enlace a su pedido ({order})",
		"order_link": "Ha solicitado un nuevo enlace a su pedido. Si no ha sido usted, no tiene que hacer nada: nadie más recibe " +
			"este mensaje.",
		"return_requested subject": "Hemos anotado su devolución ({order})",
		"return_requested":         "Hemos anotado lo que quiere devolver. Pronto le diremos si podemos aceptarlo. Consérvelo hasta entonces, por favor.",
		"return_accepted subject":  "Puede enviar su devolución ({order})",
		"return_accepted":          "Aceptamos lo que ha pedido devolver. Envíelo a la dirección del remitente del paquete en el que llegó, con el número del pedido dentro, por favor.",
		"return_refused subject":   "Acerca de su devolución ({order})",
		"return_refused":           "No podemos aceptar lo que ha pedido devolver. Responda a este mensaje si tiene preguntas.",
		"return_received subject":  "Su devolución ha llegado ({order})",
		"return_received":          "Lo que ha devuelto ha llegado y lo hemos revisado. Si le corresponde dinero, vuelve a la tarjeta o cuenta de la que procede.",
		"refund_sent subject":      "Su reembolso está en camino ({order})",
		"refund_sent": "Hemos devuelto dinero a la tarjeta o cuenta de la que procede. Algunos bancos tardan unos días en " +
			"mostrarlo.",
		"late_payment_refunded subject": "Le devolvemos su pago tardío ({order})",
		"late_payment_refunded": "Su pago llegó cuando el pedido ya había terminado, y lo que eligió se ha vendido entretanto. " +
			"Le devolvemos el importe completo.",
		"code export head":  "Su código para descargar sus datos",
		"code export":       "Ha pedido descargar lo que guardamos sobre usted. El código es {code}. Escríbalo en la página en la que lo pidió.",
		"code erasure head": "Su código para borrar sus datos",
		"code erasure": "Ha pedido que borremos lo que guardamos sobre usted. El código es {code}. Escríbalo en la página en la que lo " +
			"pidió. Esto no se puede deshacer.",
		"code hint": "Vale 15 minutos y una sola vez. Si no ha sido usted, no tiene que hacer nada: nadie más recibe este mensaje. " +
			"Nadie de la tienda se lo pedirá nunca.",
		placed:     "Fecha del pedido: {date}",
		total:      "Importe total: {amount}",
		parcel:     "Paquete: {carrier} {number}",
		refundSent: "Reembolso: {amount} (enviado)",
		refundOpen: "Reembolso: {amount} (en curso)",
		follow:     "Ver su pedido: {link}",
	}
}

func french() texts {
	return texts{
		"order_confirmed subject": "Votre commande est confirmée ({order})",
		"order_confirmed":         "Merci. Votre paiement est arrivé et nous préparons votre commande.",
		"order_shipped subject":   "Votre commande est en route ({order})",
		"order_shipped":           "Nous avons remis un colis de votre commande au transporteur.",
		"goods_ready subject":     "Votre achat est prêt ({order})",
		"goods_ready":             "La partie de votre achat qui ne part pas en colis est prête pour vous.",
		"order_cancelled subject": "Votre commande est annulée ({order})",
		"order_cancelled": "Votre commande a été annulée. Ce que vous avez payé est rendu sur la carte ou le compte dont il " +
			"provient.",
		"order_link subject": "Le lien vers votre commande ({order})",
		"order_link": "Vous avez demandé un nouveau lien vers votre commande. Si ce n’était pas vous, il n’y a rien à faire\u00a0: personne " +
			"d’autre ne reçoit ce message.",
		"return_requested subject": "Votre retour est noté ({order})",
		"return_requested":         "Nous avons noté ce que vous souhaitez renvoyer. Nous vous dirons bientôt si nous pouvons le reprendre. Merci de le garder jusque-là.",
		"return_accepted subject":  "Vous pouvez renvoyer vos articles ({order})",
		"return_accepted":          "Nous reprenons ce que vous souhaitez renvoyer. Merci de l’envoyer à l’adresse de l’expéditeur du colis reçu, avec le numéro de la commande à l’intérieur.",
		"return_refused subject":   "À propos de votre retour ({order})",
		"return_refused":           "Nous ne pouvons pas reprendre ce que vous souhaitez renvoyer. Répondez à ce message si vous avez des questions.",
		"return_received subject":  "Votre retour est arrivé ({order})",
		"return_received":          "Ce que vous avez renvoyé est arrivé et nous l’avons examiné. Si de l’argent vous revient, il est rendu sur la carte ou le compte dont il provient.",
		"refund_sent subject":      "Votre remboursement est en route ({order})",
		"refund_sent": "Nous avons renvoyé de l’argent sur la carte ou le compte dont il provient. Certaines banques mettent quelques " +
			"jours à l’afficher.",
		"late_payment_refunded subject": "Votre paiement tardif vous est rendu ({order})",
		"late_payment_refunded": "Votre paiement est arrivé alors que la commande était déjà close, et ce que vous aviez choisi a été vendu " +
			"entre-temps. Nous vous rendons la totalité.",
		"code export head": "Votre code pour télécharger vos données",
		"code export": "Vous avez demandé à télécharger ce que nous conservons sur vous. Le code est {code}. Saisissez-le sur la page " +
			"où vous l’avez demandé.",
		"code erasure head": "Votre code pour effacer vos données",
		"code erasure": "Vous avez demandé l’effacement de ce que nous conservons sur vous. Le code est {code}. Saisissez-le sur la " +
			"page où vous l’avez demandé. C’est irréversible.",
		"code hint": "Il est valable 15 minutes et une seule fois. Si ce n’était pas vous, il n’y a rien à faire\u00a0: personne " +
			"d’autre ne reçoit ce message. Personne de la boutique ne vous le demandera jamais.",
		placed:     "Commande passée\u00a0: {date}",
		total:      "Montant total\u00a0: {amount}",
		parcel:     "Colis\u00a0: {carrier} {number}",
		refundSent: "Remboursement\u00a0: {amount} (envoyé)",
		refundOpen: "Remboursement\u00a0: {amount} (en cours)",
		follow:     "Suivre votre commande\u00a0: {link}",
	}
}

func italian() texts {
	return texts{
		"order_confirmed subject": "Il suo ordine è confermato ({order})",
		"order_confirmed":         "Grazie. Abbiamo ricevuto il pagamento e stiamo preparando il suo ordine.",
		"order_shipped subject":   "Il suo ordine è in viaggio ({order})",
		"order_shipped":           "Abbiamo consegnato un pacco del suo ordine al corriere.",
		"goods_ready subject":     "Il suo acquisto è pronto ({order})",
		"goods_ready":             "La parte del suo acquisto che non viaggia in un pacco è pronta per lei.",
		"order_cancelled subject": "Il suo ordine è annullato ({order})",
		"order_cancelled":         "Il suo ordine è stato annullato. Quanto ha pagato torna sulla carta o sul conto di provenienza.",
		"order_link subject":      "Il link al suo ordine ({order})",
		"order_link": "Ha chiesto un nuovo link al suo ordine. Se non è stato lei, non deve fare nulla: nessun altro riceve questo " +
			"messaggio.",
		"return_requested subject": "Il suo reso è registrato ({order})",
		"return_requested":         "Abbiamo registrato ciò che desidera restituire. Le diremo presto se possiamo accettarlo. Fino ad allora lo conservi, per favore.",
		"return_accepted subject":  "Può spedire il suo reso ({order})",
		"return_accepted":          "Accettiamo ciò che ha chiesto di restituire. Lo spedisca all’indirizzo del mittente del pacco ricevuto, con il numero dell’ordine all’interno, per favore.",
		"return_refused subject":   "Riguardo al suo reso ({order})",
		"return_refused":           "Non possiamo accettare ciò che ha chiesto di restituire. Risponda a questo messaggio se ha domande.",
		"return_received subject":  "Il suo reso è arrivato ({order})",
		"return_received":          "Ciò che ha restituito è arrivato e lo abbiamo controllato. Se le spetta del denaro, torna sulla carta o sul conto di provenienza.",
		"refund_sent subject":      "Il suo rimborso è in arrivo ({order})",
		"refund_sent": "Abbiamo rimandato del denaro sulla carta o sul conto di provenienza. Alcune banche impiegano qualche giorno a " +
			"mostrarlo.",
		"late_payment_refunded subject": "Le restituiamo il pagamento tardivo ({order})",
		"late_payment_refunded": "Il suo pagamento è arrivato quando l’ordine era già chiuso, e ciò che aveva scelto nel frattempo è stato " +
			"venduto. Le restituiamo l’intera somma.",
		"code export head": "Il suo codice per scaricare i suoi dati",
		"code export": "Ha chiesto di scaricare ciò che conserviamo su di lei. Il codice è {code}. Lo inserisca nella pagina in cui " +
			"l’ha chiesto.",
		"code erasure head": "Il suo codice per cancellare i suoi dati",
		"code erasure": "Ha chiesto di cancellare ciò che conserviamo su di lei. Il codice è {code}. Lo inserisca nella pagina in cui " +
			"l’ha chiesto. L’operazione è irreversibile.",
		"code hint": "Vale 15 minuti e una volta sola. Se non è stato lei, non deve fare nulla: nessun altro riceve questo " +
			"messaggio. Nessuno del negozio glielo chiederà mai.",
		placed:     "Data dell’ordine: {date}",
		total:      "Totale: {amount}",
		parcel:     "Pacco: {carrier} {number}",
		refundSent: "Rimborso: {amount} (inviato)",
		refundOpen: "Rimborso: {amount} (in corso)",
		follow:     "Segua il suo ordine: {link}",
	}
}

func dutch() texts {
	return texts{
		"order_confirmed subject": "Uw bestelling is bevestigd ({order})",
		"order_confirmed":         "Dank u wel. Uw betaling is binnen en we pakken uw bestelling in.",
		"order_shipped subject":   "Uw bestelling is onderweg ({order})",
		"order_shipped":           "We hebben een pakket van uw bestelling aan de vervoerder gegeven.",
		"goods_ready subject":     "Uw aankoop staat klaar ({order})",
		"goods_ready":             "Het deel van uw aankoop dat niet in een pakket gaat, staat voor u klaar.",
		"order_cancelled subject": "Uw bestelling is geannuleerd ({order})",
		"order_cancelled": "Uw bestelling is geannuleerd. Wat u hebt betaald, gaat terug naar de kaart of rekening waar het vandaan " +
			"kwam.",
		"order_link subject": "De link naar uw bestelling ({order})",
		"order_link": "U hebt om een nieuwe link naar uw bestelling gevraagd. Was u het niet, dan hoeft u niets te doen: niemand anders " +
			"krijgt deze e-mail.",
		"return_requested subject": "Uw retour is genoteerd ({order})",
		"return_requested":         "We hebben genoteerd wat u wilt terugsturen. We laten u snel weten of we het kunnen aannemen. Bewaar het tot dan.",
		"return_accepted subject":  "U kunt uw retour opsturen ({order})",
		"return_accepted":          "We nemen terug wat u wilt terugsturen. Stuur het naar het adres van de afzender op het pakket waarin het kwam, met het nummer van de bestelling erin.",
		"return_refused subject":   "Over uw retour ({order})",
		"return_refused":           "We kunnen niet terugnemen wat u wilt terugsturen. Beantwoord deze e-mail als u vragen hebt.",
		"return_received subject":  "Uw retour is aangekomen ({order})",
		"return_received":          "Wat u hebt teruggestuurd, is aangekomen en bekeken. Als u geld terugkrijgt, gaat het naar de kaart of rekening waar het vandaan kwam.",
		"refund_sent subject":      "Uw terugbetaling is onderweg ({order})",
		"refund_sent": "We hebben geld teruggestuurd naar de kaart of rekening waar het vandaan kwam. Bij sommige banken duurt het " +
			"enkele dagen voordat u het ziet.",
		"late_payment_refunded subject": "Uw late betaling gaat terug ({order})",
		"late_payment_refunded": "Uw betaling kwam binnen toen de bestelling al was beëindigd, en wat u had gekozen is intussen verkocht. " +
			"We sturen het hele bedrag terug.",
		"code export head":  "Uw code om uw gegevens te downloaden",
		"code export":       "U hebt gevraagd te downloaden wat wij over u bewaren. De code is {code}. Vul die in op de pagina waar u erom vroeg.",
		"code erasure head": "Uw code om uw gegevens te wissen",
		"code erasure": "U hebt ons gevraagd te wissen wat wij over u bewaren. De code is {code}. Vul die in op de pagina waar u erom " +
			"vroeg. Dit kan niet ongedaan worden gemaakt.",
		"code hint": "Hij geldt 15 minuten en één keer. Was u het niet, dan hoeft u niets te doen: niemand anders krijgt deze " +
			"e-mail. Niemand van de winkel vraagt u er ooit om.",
		placed:     "Besteld: {date}",
		total:      "Totaalbedrag: {amount}",
		parcel:     "Pakket: {carrier} {number}",
		refundSent: "Terugbetaling: {amount} (verstuurd)",
		refundOpen: "Terugbetaling: {amount} (in behandeling)",
		follow:     "Volg uw bestelling: {link}",
	}
}
