package localshop_test

import (
	"testing"

	"till/scripts/localshop"
)

func TestTheDemoShopsSettingsAreInOrder(t *testing.T) {
	if err := localshop.Decided().Check([]string{"stripe", "paypal", "square"}); err != nil {
		t.Error(err)
	}
}
