package address

import "strings"

// Label is the address as lines for an envelope, by the country's own custom, the country's code last unless it is
// the one sent from. Empty lines are left out. Personal data: for the mailer, the carrier and staff who may see it.
func (a Address) Label(from string) []string {
	f := formats[a.country]
	fields := strings.NewReplacer("{postal}", a.postal.Text(), "{city}", f.town(a.city.Text()), "{region}", a.region.Text(),
		"{line1}", a.line1.Text(), "{line2}", a.line2.Text())
	lines := []string{a.name.Text(), a.company.Text()}
	layout := f.layout
	if layout == "" {
		layout = plainLayout
	}
	for line := range strings.SplitSeq(layout, "\n") {
		lines = append(lines, tidy(fields.Replace(line)))
	}
	if a.country != from {
		lines = append(lines, a.country)
	}
	out := lines[:0]
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// town is the city as the country's post wants it.
func (f format) town(city string) string {
	if f.cityCapitals {
		return strings.ToUpper(city)
	}
	return city
}

// tidy drops what an absent field leaves behind: spaces and a comma or hyphen at either end.
func tidy(line string) string { return strings.Trim(strings.Join(strings.Fields(line), " "), " ,-") }
