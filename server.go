// Tradewind is the GraphQL backend of a cross-border marketplace.
package main

func main() {}
