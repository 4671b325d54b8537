package localshop_test

import "testing"

func TestShopsOfOnePlanKnowNothingOfEachOther(t *testing.T) {
	busy, idle := employ(t), employ(t)
	busy.sell("hosted")
	busy.sell("embedded")
	if orders := idle.Store.AllOrders(); len(orders) != 0 || len(idle.Mails.All()) != 0 || len(idle.Cloud.Machines.Executions(1)) != 0 {
		t.Errorf("%v came into a shop that nobody entered", orders)
	}
	idle.sell("hosted")
	first, second := busy.Store.AllOrders(), idle.Store.AllOrders()
	if len(first) != 2 || len(second) != 1 || first[0] != second[0] {
		t.Errorf("the same shopper of the same seed left %v and %v", first, second)
	}
}
