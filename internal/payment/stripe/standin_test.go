package stripe_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	key        = "sk_test_of_the_tests"
	hookSecret = "whsec_of_the_tests"
)

type object = map[string]any

// standIn is as much of Stripe as the gateway uses. It holds callers to the
// shapes of the API, to their key and to idempotency keys, and misbehaves when told.
type standIn struct {
	*httptest.Server
	t *testing.T

	mutex    sync.Mutex
	intents  map[string]object
	refunds  []object
	disputes []object
	answers  map[string]replay
	// moved counts captures and refunds that were really made.
	moved int
	// misbehave is what the next calls suffer: lose, 500, 429, "".
	misbehave []string
}

type replay struct {
	request string
	status  int
	body    []byte
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{t: t, intents: map[string]object{}, answers: map[string]replay{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Header.Get("Authorization") != "Bearer "+key || r.Header.Get("Stripe-Version") == "" {
		s.t.Errorf("%s %s: %v with headers %v", r.Method, r.URL.Path, err, r.Header)
	}
	bad := ""
	if len(s.misbehave) > 0 {
		bad, s.misbehave = s.misbehave[0], s.misbehave[1:]
	}
	if n, err := strconv.Atoi(bad); err == nil {
		answer(w, n, fail("api_error", "", "trouble"))
		return
	}
	status, out := s.once(r, form, body)
	if bad == "lose" {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

// once gives the first answer to a key again.
func (s *standIn) once(r *http.Request, form url.Values, body []byte) (int, []byte) {
	idempotency := r.Header.Get("Idempotency-Key")
	request := r.URL.Path + "?" + string(body)
	if r.Method == http.MethodPost {
		if idempotency == "" {
			s.t.Errorf("%s without a key", r.URL.Path)
		}
		if known, ok := s.answers[idempotency]; ok {
			if known.request != request {
				s.t.Errorf("key %s came with another request", idempotency)
			}
			return known.status, known.body
		}
	}
	status, out := s.route(r, form)
	text, err := json.Marshal(out)
	if err != nil {
		s.t.Error(err)
	}
	if r.Method == http.MethodPost {
		s.answers[idempotency] = replay{request, status, text}
	}
	return status, text
}

func answer(w http.ResponseWriter, status int, out object) {
	text, _ := json.Marshal(out)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.Copy(w, bytes.NewReader(text))
}

func fail(kind, code, message string) object {
	return object{"error": object{"type": kind, "code": code, "message": message + " client_secret=pi_secret"}}
}

func (s *standIn) route(r *http.Request, form url.Values) (int, any) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	amount, _ := strconv.ParseInt(form.Get("amount"), 10, 64)
	switch {
	case r.Method == http.MethodGet && parts[0] == "refunds":
		return 200, object{"object": "list", "data": s.refunds, "has_more": false}
	case r.Method == http.MethodGet && parts[0] == "disputes":
		return 200, object{"object": "list", "data": s.disputes, "has_more": false}
	case parts[0] == "refunds":
		made := object{
			"id": fmt.Sprint("re_", len(s.refunds)+1), "object": "refund", "amount": amount, "currency": s.intents[form.Get("payment_intent")]["currency"],
			"status": "succeeded", "metadata": object{"refund_id": form.Get("metadata[refund_id]")},
		}
		s.refunds, s.moved = append(s.refunds, made), s.moved+1
		return 200, made
	case len(parts) == 1:
		id := fmt.Sprint("pi_", len(s.intents)+1)
		s.intents[id] = object{
			"id": id, "object": "payment_intent", "amount": amount, "currency": form.Get("currency"), "status": "requires_payment_method",
			"capture_method": form.Get("capture_method"), "client_secret": "pi_secret", "method": form.Get("payment_method_types[0]"),
			"metadata": object{"payment_id": form.Get("metadata[payment_id]")}, "amount_received": 0, "amount_capturable": 0,
		}
		return 200, s.intents[id]
	}
	intent, ok := s.intents[parts[1]]
	if !ok {
		return 404, fail("invalid_request_error", "resource_missing", "no such intent")
	}
	if len(parts) == 2 {
		return 200, intent
	}
	return s.act(intent, parts[2], form)
}

func (s *standIn) act(intent object, verb string, form url.Values) (int, any) {
	wrong := fail("invalid_request_error", "payment_intent_unexpected_state", "not now")
	switch status := intent["status"]; verb {
	case "confirm":
		if status != "requires_payment_method" {
			return 400, wrong
		}
		return s.confirm(intent, form)
	case "capture":
		if status != "requires_capture" {
			return 400, wrong
		}
		amount, _ := strconv.ParseInt(form.Get("amount_to_capture"), 10, 64)
		intent["status"], intent["amount_received"], intent["amount_capturable"] = "succeeded", amount, 0
		s.moved++
	case "cancel":
		if status == "succeeded" || status == "canceled" {
			return 400, wrong
		}
		intent["status"] = "canceled"
	}
	return 200, intent
}

func (s *standIn) confirm(intent object, form url.Values) (int, any) {
	switch {
	case intent["method"] == "alipay" && form.Get("payment_method_data[type]") == "alipay" && form.Get("return_url") != "":
		intent["status"] = "requires_action"
		intent["next_action"] = object{"type": "alipay_handle_redirect", "alipay_handle_redirect": object{"url": "https://alipay.example/pay"}}
	case intent["method"] == "wechat_pay" && form.Get("payment_method_data[type]") == "wechat_pay" &&
		form.Get("payment_method_options[wechat_pay][client]") == "web":
		intent["status"] = "requires_action"
		intent["next_action"] = object{"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": object{"data": "weixin://pay/1"}}
	case form.Get("payment_method") == "pm_card_declined":
		told := fail("card_error", "card_declined", "no")
		intent["last_payment_error"] = told["error"]
		return 402, told
	case form.Get("payment_method") == "pm_card":
		s.pay(intent)
	default:
		s.t.Errorf("confirmed with %v", form)
	}
	return 200, intent
}

func (s *standIn) pay(intent object) {
	intent["latest_charge"] = object{"id": "ch_1", "object": "charge"}
	if intent["capture_method"] == "manual" {
		intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
		return
	}
	intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
	s.moved++
}
