package catalog

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"till/shared/fault"
)

// Limits of what is found by. wordsMax bounds what a product costs to write, WordMin what a search costs to read.
const (
	wordsMax   = 12
	wordMax    = 24 // Runes.
	WordMin    = 2  // Runes: the least to search by.
	queryMax   = 100
	prefixSize = 2
)

// Words gives the words of a text as they are found: without case and accents, each once, in their order. ß is ss.
func Words(text string) []string {
	folded := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
	folded = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d").Replace(folded)
	var out []string
	for word := range strings.FieldsFuncSeq(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if runes := []rune(word); len(runes) > wordMax {
			word = string(runes[:wordMax])
		}
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// Words are what the product is found by: those of its name, then of its options, twelve at most. None for what is not listed.
func (p Product) Words() []string {
	if !p.Active || p.Unlisted {
		return nil
	}
	parts := []string{p.Name}
	for _, o := range p.Options {
		parts = append(parts, o.Value)
	}
	words := Words(strings.Join(parts, " "))
	return words[:min(len(words), wordsMax)]
}

// Prefix is under what a word is filed: its first two letters.
func Prefix(word string) string {
	runes := []rune(word)
	return string(runes[:min(len(runes), prefixSize)])
}

// Search is what a shopper looks for: each word the beginning of one of the product's.
type Search struct {
	words []string
	lead  string // "" is the longest.
}

// ParseSearch reads a search. Errors: fault.Invalid, code query_invalid, At ?q: no word of two letters, or more than 100 characters.
func ParseSearch(text string) (Search, error) {
	if len(text) <= 4*queryMax && len([]rune(text)) <= queryMax {
		words := Words(text)
		if s := (Search{words: words[:min(len(words), wordsMax)]}); len([]rune(s.Lead())) >= WordMin {
			return s, nil
		}
	}
	return Search{}, &fault.Error{Kind: fault.Invalid, Op: "catalog.ParseSearch", Code: "query_invalid", At: "?q",
		Msg: "Search by a word of two letters or more, in 100 characters at most."}
}

// leadsMax bounds by how many words a search is begun.
const leadsMax = 4

// Leads are the same search led by each of its longest words, the longest first: only the store knows which is rare.
func (s Search) Leads() []Search {
	words := slices.DeleteFunc(slices.Clone(s.words), func(w string) bool { return len([]rune(w)) < WordMin })
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	out := make([]Search, min(len(words), leadsMax))
	for i := range out {
		out[i] = Search{s.words, words[i]}
	}
	return out
}

// Lead is the word by which the store looks, the longest if none was chosen; the others are compared with what it finds.
func (s Search) Lead() string {
	if s.lead != "" {
		return s.lead
	}
	lead := ""
	for _, w := range s.words {
		if len(w) > len(lead) {
			lead = w
		}
	}
	return lead
}

// Name is the search in one form, for cursors.
func (s Search) Name() string { return strings.Join(s.words, " ") }

// Finds tells whether the product is what is looked for, where it was filed under word: once only, under the first of its words that
// begin with the lead.
func (s Search) Finds(p Product, word string) bool {
	words := p.Words()
	begins := func(with string) func(string) bool {
		return func(w string) bool { return strings.HasPrefix(w, with) }
	}
	for _, w := range s.words {
		if !slices.ContainsFunc(words, begins(w)) {
			return false
		}
	}
	slices.Sort(words)
	first := slices.IndexFunc(words, begins(s.Lead()))
	return first >= 0 && words[first] == word
}
