package csvfile

// Note is something to tell about a line of a file.
type Note struct {
	// File is empty for the file that is imported, else the name of a joined one.
	File string
	Line int
	Text string
	// Faults are the same one by one, where a row was refused for its cells.
	Faults []Fault
}

// Fault is what is wrong with a cell, or with a row where it names no column.
type Fault struct{ Column, Code, Message string }

// MaxNotes bounds the notes that are kept of one file; the others are counted.
const MaxNotes = 10_000

// Notes are the first things there are to tell, and how many there are.
type Notes struct {
	First []Note
	Count int
}

// Add takes a note, but for its faults.
func (n *Notes) Add(notes ...Note) {
	n.Count += len(notes)
	room := max(0, MaxNotes-len(n.First))
	for _, note := range notes[:min(room, len(notes))] {
		note.Faults = nil
		n.First = append(n.First, note)
	}
}
