package stripesim

// shelf holds objects by id, in the order in which they were made.
type shelf[T any] struct {
	byID map[string]T
	ids  []string
}

func (s *shelf[T]) put(id string, value T) {
	if s.byID == nil {
		s.byID = map[string]T{}
	}
	if _, old := s.byID[id]; !old {
		s.ids = append(s.ids, id)
	}
	s.byID[id] = value
}

func (s *shelf[T]) get(id string) (T, bool) {
	value, ok := s.byID[id]
	return value, ok
}

func (s *shelf[T]) remove(id string) {
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

// all lists the objects, oldest first.
func (s *shelf[T]) all() []T {
	list := make([]T, 0, len(s.ids))
	for _, id := range s.ids {
		list = append(list, s.byID[id])
	}
	return list
}

// newest lists the objects that keep wants, newest first, as Stripe's lists do.
func (s *shelf[T]) newest(keep func(T) bool) []T {
	var list []T
	for i := len(s.ids) - 1; i >= 0; i-- {
		if value := s.byID[s.ids[i]]; keep(value) {
			list = append(list, value)
		}
	}
	return list
}
