package database

// Unscoped is the guard's verdict on one statement.
func Unscoped(sql string, tables ...string) string {
	set := map[string]bool{}
	for _, t := range tables {
		set[t] = true
	}
	return unscopedTable(sql, set)
}
