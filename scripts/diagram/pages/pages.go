// Package pages makes the parts of the documents that follow from the code, so that neither says what the other does not.
package pages

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Documents lists the files that hold generated parts, from the project's folder.
func Documents() []string {
	return []string{"README.md", "infra/states.md", "infra/problems.md", "infra/events.md", "infra/stories.md"}
}

// Blocks makes every generated part by its name. Errors: a source of the project that is missing or cannot be read.
func Blocks(project fs.FS) (map[string]string, error) {
	blocks := map[string]string{}
	for _, l := range lives() {
		text, err := l.page(project)
		if err != nil {
			return nil, err
		}
		blocks[l.name] = text
	}
	for name, from := range map[string]func(fs.FS) (string, error){
		"fulfillment": machine, "functions": functions, "parameters": parameters, "alarms": alarms, "standing": standing,
		"targets": targets, "decisions": decisions, "events": events, "problems": problems, "stories": stories,
	} {
		text, err := from(project)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		blocks[name] = text
	}
	return blocks, nil
}

// A generated part stands between two comments, which browsers do not show.
var (
	opening = regexp.MustCompile(`^<!-- generated: ([a-z-]+) -->$`)
	closing = "<!-- end -->"
)

// Fill puts the blocks between their marks and leaves the rest as it is. Errors: a mark without its partner or of an unknown
// block.
func Fill(document string, blocks map[string]string) (string, error) {
	var out []string
	open := ""
	for _, line := range strings.Split(document, "\n") {
		mark := opening.FindStringSubmatch(line)
		switch {
		case mark != nil && open != "":
			return "", fmt.Errorf("%s begins before %s has ended", mark[1], open)
		case mark != nil:
			block, known := blocks[mark[1]]
			if !known {
				return "", fmt.Errorf("there is no block %s", mark[1])
			}
			open = mark[1]
			out = append(out, line, strings.TrimSuffix(block, "\n"))
		case line == closing && open == "":
			return "", fmt.Errorf("an end mark ends nothing")
		case line == closing:
			open = ""
			out = append(out, line)
		case open == "":
			out = append(out, line)
		}
	}
	if open != "" {
		return "", fmt.Errorf("%s has no end mark", open)
	}
	return strings.Join(out, "\n"), nil
}

// Named lists the blocks that a document asks for.
func Named(document string) []string {
	var out []string
	for _, line := range strings.Split(document, "\n") {
		if mark := opening.FindStringSubmatch(line); mark != nil {
			out = append(out, mark[1])
		}
	}
	return out
}

// table writes rows under a head. A bar in a cell would end it.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("|")
		for _, cell := range cells {
			b.WriteString(" " + strings.ReplaceAll(strings.Join(strings.Fields(cell), " "), "|", `\|`) + " |")
		}
		b.WriteString("\n")
	}
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

var (
	target   = regexp.MustCompile(`(?m)^([a-z-]+):.*## (.*)$`)
	headline = regexp.MustCompile(`(?m)^# (.*)$`)
)

// targets lists what the Makefile does, from its own comments.
func targets(project fs.FS) (string, error) {
	text, err := fs.ReadFile(project, "Makefile")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, found := range target.FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, []string{"`make " + found[1] + "`", found[2]})
	}
	return table([]string{"command", "what it does"}, rows), nil
}

// decisions lists the decision records with their titles.
func decisions(project fs.FS) (string, error) {
	names, err := fs.Glob(project, "infra/decisions/[0-9]*.md")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(project, name)
		if err != nil {
			return "", err
		}
		title := headline.FindStringSubmatch(string(text))
		if title == nil {
			return "", fmt.Errorf("%s has no title", name)
		}
		fmt.Fprintf(&b, "- [%s](%s)\n", title[1], name)
	}
	return b.String(), nil
}
