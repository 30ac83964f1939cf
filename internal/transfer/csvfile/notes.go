package csvfile

// Note is something to tell about a line of a file.
type Note struct {
	// File is empty for the file that is imported, else the name of a joined one.
	File string
	Line int
	Text string
}

// MaxNotes bounds the notes that are kept of one file; the others are counted.
const MaxNotes = 10_000

// Notes are the first things there are to tell, and how many there are.
type Notes struct {
	First []Note
	Count int
}

// Add takes a note.
func (n *Notes) Add(notes ...Note) {
	n.Count += len(notes)
	room := max(0, MaxNotes-len(n.First))
	n.First = append(n.First, notes[:min(room, len(notes))]...)
}
