package actors

import (
	"math/rand/v2"
	"time"
)

// way is one of the things that people do about an order.
type way struct {
	name  string
	usual int // How many of a thousand do so where people are as they usually are.
	act   func(*shopper)
}

// ways lists them. Who buys and is done comes first.
func ways() []way {
	return []way{
		{"buys", 330, (*shopper).buys},
		{"declined", 130, (*shopper).declined},
		{"authenticates", 30, (*shopper).authenticates},
		{"debits", 35, (*shopper).debits},
		{"underpays", 20, (*shopper).underpays},
		{"forgotten", 75, (*shopper).forgotten},
		{"donates", 20, (*shopper).donates},
		{"refunded at the gateway", 20, (*shopper).refundedAtGateway},
		{"walks away", 40, func(*shopper) {}},
		{"disputes", 150, (*shopper).disputes},
		{"two tabs", 60, (*shopper).twoTabs},
		{"late", 60, (*shopper).late},
		{"cancels while paying", 60, (*shopper).cancelsWhilePaying},
		{"cancels a paid order", 90, (*shopper).cancelsPaid},
		{"cancels", 25, (*shopper).cancel},
		{"edits", 140, (*shopper).edits},
		{"changes mind", 25, (*shopper).changesMind},
		{"loses patience", 80, (*shopper).losesPatience},
		{"goes silent", 5, (*shopper).goesSilent},
		{"presses twice", 20, (*shopper).pressesTwice},
		{"presses too soon", 15, (*shopper).pressesTooSoon},
		{"closes the window", 300, (*shopper).closesTheWindow},
	}
}

// habit is something that people do beside that.
type habit int

// The habits.
const (
	browses  habit = iota // Looks at the shelves, asks for a price.
	repeats               // Sends the same order again.
	snoops                // Tries another's order.
	refunds               // Gives money back.
	holds                 // Stops an order for a while.
	stops                 // Stops an execution.
	peeks                 // Looks at an order in the office.
	forgets               // Does not ship, or does not note that it came.
	halves                // Ships in two parcels.
	counts                // Changes prices and counts shelves.
	captures              // Takes promised money by hand.
	voids                 // Gives it up.
	byLine                // Gives the price of a thing back.
	cancels               // Ends an order for its shopper.
	returns               // Sends back what came.
	habits
)

// usualHabits is in how many of a hundred cases people do so.
var usualHabits = [habits]int{browses: 10, repeats: 8, snoops: 3, refunds: 20, holds: 8, stops: 8, peeks: 20, forgets: 10, halves: 10, counts: 50,
	captures: 35, voids: 20, byLine: 15, cancels: 15, returns: 60}

// mood is what the people of one world are like.
type mood struct {
	ways   []way
	all    int // The sum of how often they do each.
	habits [habits]int
}

// usualMood is what people are like in most worlds.
func usualMood() mood {
	m := mood{ways: ways(), habits: usualHabits}
	for _, w := range m.ways {
		m.all += w.usual
	}
	return m
}

// drawn gives the people of a world a mood of their own: of some things nobody ever thinks, and some nearly everybody does. So
// what is rare in most worlds is common in a few.
func drawn(dice *rand.Rand) mood {
	m := usualMood()
	m.all = 0
	for i := range m.ways {
		if i > 0 {
			m.ways[i].usual = m.ways[i].usual * []int{0, 1, 1, 1, 1, 1, 3, 15}[dice.IntN(8)]
		}
		m.all += m.ways[i].usual
	}
	for h := range m.habits {
		m.habits[h] = min(90, m.habits[h]*[]int{0, 1, 1, 1, 1, 1, 3, 8}[dice.IntN(8)])
	}
	return m
}

// way draws one.
func (m mood) way(dice *rand.Rand) way {
	n := dice.IntN(m.all)
	for _, w := range m.ways {
		if n -= w.usual; n < 0 {
			return w
		}
	}
	return m.ways[0]
}

// tends draws whether somebody follows a habit.
func (p *person) tends(h habit) bool { return p.in(p.mood.habits[h]) }

// cancelsPaid changes their mind hours later.
func (s *shopper) cancelsPaid() {
	s.buys()
	s.rest(3 * time.Hour)
	s.cancel()
}
