package payment

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

func anyState(t *rapid.T) State {
	s := State{
		Reference: "pay_1", Amount: money.New(100, "CNY"),
		Status: rapid.SampledFrom([]models.PaymentStatus{
			models.PaymentPending, models.PaymentRequiresAction, models.PaymentFailed, models.PaymentAuthorised, models.PaymentVoided, models.PaymentCaptured,
		}).Draw(t, "status"),
		Authorised: rapid.Int64Range(0, 100).Draw(t, "authorised"), Captured: rapid.Int64Range(0, 100).Draw(t, "captured"),
	}
	switch s.Status {
	case models.PaymentRequiresAction:
		s.Next = &models.NextAction{Type: models.ActionRedirect, URL: "https://bank.example"}
	case models.PaymentFailed, models.PaymentVoided:
		s.FailureCode = string(s.Status)
	case models.PaymentPending, models.PaymentAuthorised, models.PaymentCaptured:
	}
	return s
}

// However often and in whatever order states come, they end as the same.
func TestMergeIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		states := rapid.SliceOfN(rapid.Custom(anyState), 1, 6).Draw(t, "states")
		again := rapid.Permutation(append(append(append([]State{}, states...), states...), states...)).Draw(t, "thrice in another order")
		merged := func(states []State) models.Payment {
			p := models.Payment{ID: uuid.Max, Status: models.PaymentPending, Currency: "CNY", AmountMinor: 100, Dispute: models.DisputeNone}
			for _, s := range states {
				before := p
				if merge(&p, s); before.Status.Outranks(p.Status) || p.CapturedMinor < before.CapturedMinor {
					t.Fatalf("%+v undid %+v", s, before)
				}
				if merge(&p, s) {
					t.Fatalf("%+v changed the payment twice", s)
				}
			}
			return p
		}
		if diff := cmp.Diff(merged(states), merged(again)); diff != "" {
			t.Errorf("(-once +thrice):\n%s", diff)
		}
	})
}

// A dispute ends as the same, too, with what the bank charges for it then.
func TestDisputesMergeIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		states := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) DisputeState {
			return DisputeState{
				Status: rapid.SampledFrom([]models.DisputeStatus{models.DisputeOpen, models.DisputeWon, models.DisputeLost}).Draw(t, "status"),
				Fee:    rapid.Int64Range(0, 3).Draw(t, "fee"),
			}
		}), 1, 6).Draw(t, "states")
		again := rapid.Permutation(append(append(append([]DisputeState{}, states...), states...), states...)).Draw(t, "thrice in another order")
		merged := func(states []DisputeState) models.PaymentDispute {
			d := models.PaymentDispute{Status: models.DisputeNone}
			for _, s := range states {
				mergeDispute(&d, s)
				if mergeDispute(&d, s) {
					t.Fatalf("%+v changed the dispute twice", s)
				}
			}
			return d
		}
		if diff := cmp.Diff(merged(states), merged(again)); diff != "" {
			t.Errorf("(-once +thrice):\n%s", diff)
		}
	})
}
