package gatewaysim

// Shelf holds objects by id, in the order in which they were made.
type Shelf[T any] struct {
	byID map[string]T
	ids  []string
}

// Put adds an object, or replaces the one of that id.
func (s *Shelf[T]) Put(id string, value T) {
	if s.byID == nil {
		s.byID = map[string]T{}
	}
	if _, old := s.byID[id]; !old {
		s.ids = append(s.ids, id)
	}
	s.byID[id] = value
}

// Get finds an object.
func (s *Shelf[T]) Get(id string) (T, bool) {
	value, ok := s.byID[id]
	return value, ok
}

// Remove forgets an object.
func (s *Shelf[T]) Remove(id string) {
	delete(s.byID, id)
	if len(s.ids) > 0 && s.ids[0] == id {
		s.ids = s.ids[1:]
		return
	}
	for i, have := range s.ids {
		if have == id {
			s.ids = append(s.ids[:i:i], s.ids[i+1:]...)
			return
		}
	}
}

// All lists the objects, oldest first.
func (s *Shelf[T]) All() []T {
	list := make([]T, 0, len(s.ids))
	for _, id := range s.ids {
		list = append(list, s.byID[id])
	}
	return list
}

// Newest lists the objects that keep wants, newest first.
func (s *Shelf[T]) Newest(keep func(T) bool) []T {
	var list []T
	for i := len(s.ids) - 1; i >= 0; i-- {
		if value := s.byID[s.ids[i]]; keep(value) {
			list = append(list, value)
		}
	}
	return list
}

// Len is how many objects there are.
func (s *Shelf[T]) Len() int { return len(s.ids) }

// Oldest is the object that was made first. Not ok: there is none.
func (s *Shelf[T]) Oldest() (id string, value T, ok bool) {
	if len(s.ids) == 0 {
		return "", value, false
	}
	return s.ids[0], s.byID[s.ids[0]], true
}
