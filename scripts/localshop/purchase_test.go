package localshop_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/acceptance"
	"till/scripts/localcloud/asl"
	"till/shared/ledger"
)

const day = 24 * time.Hour

func TestADeliveredOrderIsCompletedWhenItCannotBeSentBackAnyMore(t *testing.T) {
	w := open(t)
	o := w.Fulfilling(acceptance.Of("mug-blue", 2, "EUR"))
	w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
	w.pass(10 * time.Second)
	if done := w.Cloud.Machines.Count()[asl.Succeeded]; done != 1 || w.mailed(o.ID, "order_shipped") != 1 {
		t.Fatalf("%d executions succeeded, mails: %+v", done, w.Mails.All())
	}
	w.Deliver(o.ID, "shp_1").Want(t, http.StatusOK)
	w.pass(14*day - time.Hour)
	w.settled()
	if got := w.StaffView(o.ID); got.Status != "delivered" {
		t.Fatalf("%s before its time to be sent back was over", got.Status)
	}
	w.pass(2 * time.Hour)
	if got := w.StaffView(o.ID); got.Status != "completed" {
		t.Fatalf("%s after its time to be sent back was over", got.Status)
	}
	w.settled()
	// 2 × 16.80, 4.90 for delivery, 19 % of all of it, rounded once.
	want := map[ledger.Account]int64{ledger.GatewayClearing: 4582, ledger.Fees: 94, ledger.FeesPayable: -94, ledger.Revenue: -3360, ledger.Shipping: -490, ledger.Tax: -732}
	if diff := cmp.Diff(want, w.balances()); diff != "" {
		t.Error(diff)
	}
}

func TestAStockTakeCountsWhatIsPromisedToo(t *testing.T) {
	w := open(t)
	o := w.Fulfilling(acceptance.Of("mug-blue", 3, "EUR"))
	w.AsStaff(http.MethodPut, "/staff/stock/mug-blue", "", map[string]any{"on_hand": 2}).Want(t, http.StatusConflict, "stock_reserved")
	w.SetStock("mug-blue", 3)
	if _, r := w.TryPlace(acceptance.Of("mug-blue", 1, "EUR"), w.Key()); r.Code() != "out_of_stock" {
		t.Errorf("what is promised was sold: %s", r.Body)
	}
	w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
	w.SetStock("mug-blue", 7)
	if s := w.stock("mug-blue"); s.Free != 7 || s.Reserved != 0 || s.Sold != 3 {
		t.Errorf("stock: %+v", s)
	}
	w.pass(time.Hour)
	w.settled()
}
