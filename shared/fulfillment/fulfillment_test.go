package fulfillment_test

import (
	"slices"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/fulfillment"
)

func TestEveryMoveOfAParcel(t *testing.T) {
	legal := map[[2]fulfillment.State]bool{
		{fulfillment.Shipped, fulfillment.Shipped}: false, {fulfillment.Shipped, fulfillment.Delivered}: true,
		{fulfillment.Delivered, fulfillment.Shipped}: false, {fulfillment.Delivered, fulfillment.Delivered}: false,
	}
	for _, from := range append(fulfillment.States(), "", "lost") {
		for _, to := range append(fulfillment.States(), "", "lost") {
			if got := from.CanBecome(to); got != legal[[2]fulfillment.State{from, to}] {
				t.Errorf("%q to %q: %v", from, to, got)
			}
		}
	}
	if len(legal) != len(fulfillment.States())*len(fulfillment.States()) {
		t.Errorf("%d states, %d pairs", len(fulfillment.States()), len(legal))
	}
}

func TestCheckLabel(t *testing.T) {
	tests := []struct {
		name, carrier, number string
		want                  []string
	}{
		{"a carrier and a number", "DHL", "00340434161094042557", nil},
		{"letters of any script, and spaces", "Österreichische Post", "ヤマト 123", nil},
		{"64 characters", strings.Repeat("ß", 64), "1", nil},
		{"no carrier", "", "1", []string{"#/carrier"}},
		{"no number", "DHL", "", []string{"#/tracking_number"}},
		{"neither", "", "", []string{"#/carrier", "#/tracking_number"}},
		{"65 characters", "DHL", strings.Repeat("1", 65), []string{"#/tracking_number"}},
		{"a new line", "DHL\nX", "1", []string{"#/carrier"}},
		{"an escape sequence", "DHL", "\x1b[31m1", []string{"#/tracking_number"}},
		{"a character that turns the direction of writing", "DHL\u202e", "1", []string{"#/carrier"}},
		{"bytes that are no text", "DHL", "\x00", []string{"#/tracking_number"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, err := range fulfillment.CheckLabel(tt.carrier, tt.number) {
				if fault.Code(err) != "shipment_invalid" || !fault.Is(err, fault.Invalid) {
					t.Errorf("got %v", err)
				}
				got = append(got, fault.All(err)[0].At)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
