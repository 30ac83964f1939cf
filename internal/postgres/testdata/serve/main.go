// Serve runs a cluster in the folder it is given, as the server does: until a
// signal, or until the go tool that ran it is gone.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := postgres.WithGoTool(ctx)
	defer cancel()
	server, err := postgres.Start(ctx, postgres.Options{DataDir: os.Args[1]})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	fmt.Println("ready", os.Getpid(), server.DSN("postgres"))
	<-ctx.Done()
	if err := server.Stop(context.WithoutCancel(ctx)); err != nil {
		fmt.Println("failed", err)
	}
}
