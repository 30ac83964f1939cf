package sandbox

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

// PagePath is below which the page is served; a payment's reference follows,
// which nobody can guess.
const PagePath = "/sandbox/pay/"

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tradewind sandbox bank</title>
<h1>Sandbox bank</h1>
{{if .Open}}<p>Pay {{.Amount}}? No real money is taken.</p>
<form method="post">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button>
</form>{{else}}<p>This payment over {{.Amount}} is {{.Status}}.</p>
{{with .Return}}<p><a href="{{.}}">Back to the shop</a></p>{{end}}{{end}}
</html>
`))

// Page is the bank's page, where a shopper approves or declines.
func (g *Gateway) Page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reference := strings.TrimPrefix(r.URL.Path, PagePath)
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, 1024)
			if err := g.Decide(r.Context(), reference, r.PostFormValue("decision") == "approve"); err != nil {
				refuse(w, err)
				return
			}
		}
		var a account
		if err := g.db.WithContext(r.Context()).Take(&a, "reference = ?", reference).Error; err != nil {
			refuse(w, err)
			return
		}
		if r.Method == http.MethodPost && a.ReturnURL != "" {
			http.Redirect(w, r, a.ReturnURL, http.StatusSeeOther)
			return
		}
		back, _ := url.Parse(a.ReturnURL) // it was checked when it came
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		_ = page.Execute(w, map[string]any{
			"Open": a.Status == models.PaymentRequiresAction, "Amount": money.New(a.AmountMinor, money.Currency(a.Currency)).String(),
			"Status": a.Status, "Return": back.String(),
		})
	})
}

func refuse(w http.ResponseWriter, err error) {
	if _, gone := errors.AsType[*payment.Refusal](err); gone || errors.Is(err, gorm.ErrRecordNotFound) {
		http.Error(w, "there is no such payment", http.StatusNotFound)
		return
	}
	http.Error(w, "the sandbox is out of order; try again", http.StatusServiceUnavailable)
}
