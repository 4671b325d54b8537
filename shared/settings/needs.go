package settings

import "slices"

// load runs a loader for its errors alone.
func load[T any](f func(Getenv) (T, error)) func(Getenv) error {
	return func(get Getenv) error {
		_, err := f(get)
		return err
	}
}

// loaders tells which settings each function's folder reads.
func loaders() map[string]func(Getenv) error {
	return map[string]func(Getenv) error{
		"shopper/listproducts":    load(LoadCatalogue),
		"shopper/showproduct":     load(LoadCatalogue),
		"shopper/quote":           load(LoadQuote),
		"shopper/placeorder":      load(LoadPlaceOrder),
		"shopper/vieworder":       load(LoadViewOrder),
		"shopper/startpayment":    load(LoadStartPayment),
		"shopper/confirmpayment":  load(LoadConfirmPayment),
		"shopper/returnpayment":   load(LoadReturnPayment),
		"shopper/cancelorder":     load(LoadCancelOrder),
		"shopper/editorder":       load(LoadEditOrder),
		"shopper/askreturn":       load(LoadAskReturn),
		"shopper/sendlink":        load(LoadSendLink),
		"shopper/myorders":        load(LoadMyOrders),
		"shopper/exportcustomer":  load(LoadExportCustomer),
		"shopper/erasecustomer":   load(LoadEraseCustomer),
		"shopper/fallback":        load(LoadFallback),
		"webhook/receivepaypal":   load(LoadReceive),
		"webhook/receivesquare":   load(LoadReceive),
		"webhook/receivestripe":   load(LoadReceive),
		"worker/applyevent":       load(LoadApplyEvent),
		"worker/relay":            load(LoadRelay),
		"worker/beginfulfillment": load(LoadBeginFulfillment),
		"worker/notify":           load(LoadNotify),
		"worker/reconcile":        load(LoadReconcile),
		"worker/settle":           load(LoadSettle),
		"worker/sweep":            load(LoadSweep),
		"worker/watchstock":       load(LoadWatchStock),
		"step/prepare":            load(LoadStep),
		"step/requestshipment":    load(LoadStep),
		"step/complete":           load(LoadStep),
		"step/compensate":         load(LoadStep),
		"staff/listorders":        load(LoadStaff),
		"staff/showorder":         load(LoadStaffSealed),
		"staff/capture":           load(LoadStaffPay),
		"staff/void":              load(LoadStaffPay),
		"staff/inbox":             load(LoadStaffInbox),
		"staff/dispute":           load(LoadStaffDispute),
		"staff/cancel":            load(LoadStaffCancel),
		"staff/approve":           load(LoadStaffCancel),
		"staff/reportledger":      load(LoadStaffReports),
		"staff/refund":            load(LoadStaffRefund),
		"staff/returns":           load(LoadStaffRefund),
		"staff/hold":              load(LoadStaffSealed),
		"staff/lift":              load(LoadStaff),
		"staff/ship":              load(LoadStaffCancel),
		"staff/deliver":           load(LoadStaff),
		"staff/tokenclaims":       load(LoadTokenClaims),
		"staff/putproduct":        load(LoadCatalogue),
		"staff/setstock":          load(LoadCatalogue),
		"staff/shopsettings":      load(LoadStaffSettings),
		"staff/showproducts":      load(LoadCatalogue),
	}
}

// Needs lists, by function folder, the names of the settings that it reads: for the test that holds code and template
// together. Found by asking the loaders themselves.
func Needs() map[string][]string {
	out := map[string][]string{}
	for folder, try := range loaders() {
		var names []string
		// A missing setting is a fault, never a reason to stop reading: so every name is asked for.
		_ = try(func(name string) string {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			return ""
		})
		slices.Sort(names)
		out[folder] = names
	}
	return out
}
