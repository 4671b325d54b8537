package settings

// Staff is read by staff's functions that need the orders only: listorders, lift, deliver.
type Staff struct {
	Common
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStaff reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaff(get Getenv) (Staff, error) {
	r := &reader{get: get}
	s := Staff{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// TokenClaims is read by tokenclaims.
type TokenClaims struct{ Common }

// LoadTokenClaims reads it. Errors: fault.Internal, every fault At its setting.
func LoadTokenClaims(get Getenv) (TokenClaims, error) {
	r := &reader{get: get}
	s := TokenClaims{r.common()}
	return s, r.err()
}

// StaffSealed is read by staff's functions that open or seal personal data: showorder, hold.
type StaffSealed struct {
	Common
	Vault
	OrdersTable string // ORDERS_TABLE, required.
}

// LoadStaffSealed reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffSealed(get Getenv) (StaffSealed, error) {
	r := &reader{get: get}
	s := StaffSealed{Common: r.common(), Vault: r.vault(), OrdersTable: r.required("ORDERS_TABLE")}
	return s, r.err()
}

// StaffRefund is read by refund.
type StaffRefund struct {
	Common
	Vault
	Stripe
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: an order that is refunded in full gives its stock back.
}

// LoadStaffRefund reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffRefund(get Getenv) (StaffRefund, error) {
	r := &reader{get: get}
	s := StaffRefund{
		Common: r.common(), Vault: r.vault(), Stripe: r.stripe(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE"),
	}
	return s, r.err()
}

// StaffShip is read by ship.
type StaffShip struct {
	Common
	OrdersTable  string // ORDERS_TABLE, required.
	CatalogTable string // CATALOG_TABLE, required: what is shipped is sold.
}

// LoadStaffShip reads it. Errors: fault.Internal, every fault At its setting.
func LoadStaffShip(get Getenv) (StaffShip, error) {
	r := &reader{get: get}
	s := StaffShip{Common: r.common(), OrdersTable: r.required("ORDERS_TABLE"), CatalogTable: r.required("CATALOG_TABLE")}
	return s, r.err()
}
