package squaresim

import "slices"

// searchOrders finds orders by state and by when they were made. https://developer.squareup.com/reference/square/orders-api/search-orders
func (s *Sim) searchOrders(c *call) (object, *apiError) {
	c.body.only("location_ids", "cursor", "query", "limit", "return_entries")
	limit, cursor := c.body.integer("limit", 500), c.body.text("cursor", 4096)
	query := c.body.part("query")
	query.only("filter", "sort")
	filter, sort := query.part("filter"), query.part("sort")
	filter.only("state_filter", "date_time_filter")
	sort.only("sort_field", "sort_order")
	states := filter.part("state_filter").texts("states")
	dates := filter.part("date_time_filter")
	dates.only("created_at")
	from, to := dates.part("created_at").moment("start_at"), dates.part("created_at").moment("end_at")
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case !slices.Equal(c.body.texts("location_ids"), []string{s.cfg.LocationID}):
		return nil, refuse("INVALID_LOCATION", "location_ids", "The locations are not of this account.")
	case limit < 1 || limit > 1000:
		return nil, refuse("INVALID_VALUE", "limit", "From 1 to 1000.")
	case dates.has("created_at") && sort.text("sort_field", 20) != "CREATED_AT":
		return nil, bad("query.sort.sort_field", "The sort field must be that of the filter.")
	}
	list := s.orders.Newest(func(o *order) bool {
		return (len(states) == 0 || slices.Contains(states, o.state)) && (from.IsZero() || !o.created.Before(from)) && (to.IsZero() || !o.created.After(to))
	})
	if sort.text("sort_order", 4) == "ASC" {
		slices.Reverse(list)
	}
	found, next, refused := paged(list, cursor, int(limit), func(o *order) string { return o.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, o := range found {
		views = append(views, s.viewOrder(o))
	}
	return withCursor(object{"orders": views}, next), nil
}

func withCursor(o object, next string) object {
	if next != "" {
		o["cursor"] = next
	}
	return o
}
