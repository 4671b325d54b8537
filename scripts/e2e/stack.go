package main

import (
	"net/http"
	"slices"

	"till/scripts/acceptance"
	"till/scripts/localshop"
	"till/scripts/templatecheck"
	"till/shared/catalog"
)

// asTemplate reads back what engines are known to drop: routes and dead-letter queues.
func (r *run) asTemplate(v *acceptance.Visit) {
	t, err := templatecheck.Load("template.yaml")
	if err != nil {
		v.T.Fatalf("%v", err)
	}
	var routes []string
	for _, route := range t.Routes() {
		routes = append(routes, route.Key)
	}
	slices.Sort(routes)
	got, err := r.shop.Stack.Routes(r.ctx)
	if err != nil || !slices.Equal(got, routes) {
		v.T.Errorf("the API has the routes %v, the template %v (%v)", got, routes, err)
	}
	if err := r.shop.Stack.CheckDeadLetters(r.ctx); err != nil {
		v.T.Errorf("%v", err)
	}
}

// seed puts the demo shop's products on sale, as staff do.
func (r *run) seed(v *acceptance.Visit) {
	if err := r.shop.Seed(r.ctx); err != nil {
		v.T.Fatalf("%v", err)
	}
	counted, listed := map[catalog.SKU]int64{}, 0
	for _, item := range localshop.Demo() {
		counted[item.SKU] = item.OnHand
		if !item.Unlisted { // Of a family, one variant is listed.
			listed++
		}
	}
	var page struct{ Products []struct{ SKU catalog.SKU } }
	v.Call(http.MethodGet, "/products", nil, nil).Want(v.T, http.StatusOK).Into(v.T, &page)
	if len(page.Products) != listed {
		v.T.Errorf("%d products are listed, %d were put on sale to be listed", len(page.Products), listed)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for sku, n := range counted {
		r.received[sku] = n
	}
}
