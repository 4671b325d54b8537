package payment

// Risk is how likely a gateway finds it that a payment is fraud.
type Risk string

// The risks that matter, the lower one first. Of less, and where a gateway says nothing, it is "".
const (
	RiskElevated Risk = "elevated"
	RiskHighest  Risk = "highest"
)

// Reaches tells whether a risk is at least as bad as another. Nothing reaches "", and "" reaches nothing.
func (r Risk) Reaches(least Risk) bool {
	return least != "" && (r == RiskHighest || r == RiskElevated && least == RiskElevated)
}
