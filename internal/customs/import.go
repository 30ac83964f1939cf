package customs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// ErrWrong is a file of which nothing was imported, since some of it is wrong.
var ErrWrong = errors.New("nothing was imported: the file is wrong")

// RulesReport tells what an import of rules found and did.
type RulesReport struct {
	Set     string
	Version int32
	Title   string
	Rules   int
	// There already is true where this version was imported before: then
	// nothing is written.
	There bool
	// New, Kept and Left are rules that were not in the version before, that
	// were, and that are in it no longer.
	New, Kept, Left int
	Wrong           csvfile.Notes
}

// ImportRules brings in a whole file, or nothing of it: then the report notes
// what is wrong with its lines, and the error is ErrWrong. A later version of
// the same set takes the place of the one before; rules that say the same stay
// as they are. The same version again changes nothing.
func (s *Service) ImportRules(ctx context.Context, in io.Reader) (*RulesReport, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	set, err := Parse(in)
	if err != nil {
		return &RulesReport{}, err
	}
	report := &RulesReport{Set: set.Name, Version: set.Version, Title: set.Title, Rules: len(set.Rules), Wrong: set.Wrong}
	if report.Wrong.Count > 0 {
		return report, ErrWrong
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error { return s.importTx(tx, set, report, auth.From(ctx).AccountID()) })
	s.books.forget()
	return report, err
}

func (s *Service) importTx(tx *gorm.DB, set *Set, report *RulesReport, by *uuid.UUID) error {
	report.New, report.Kept, report.Left, report.Wrong = 0, 0, 0, csvfile.Notes{}
	if err := changing(tx); err != nil {
		return err
	}
	replaces, err := report.replaces(tx, set)
	if err != nil || report.There {
		return err
	}
	there, err := database.Find[models.CustomsRule](tx.Where("set_name = ? and replaced_at is null", set.Name), "customs rules")
	if err != nil {
		return err
	}
	now := s.now()
	fresh, left := report.compare(set, there)
	for i := range fresh {
		fresh[i].ID, fresh[i].CreatedAt, fresh[i].CreatedBy = newID(), now, by
	}
	if err := leave(tx, left, map[string]any{"replaced_at": now}); err != nil {
		return err
	}
	if report.Wrong, err = conflicts(tx, fresh); err != nil {
		return err
	}
	if report.Wrong.Count > 0 {
		return ErrWrong
	}
	if err := database.Copy(tx, fresh); err != nil {
		return err
	}
	if replaces != nil {
		if err := tx.Model(&models.CustomsRuleSet{}).Where("id = ?", replaces.ID).Updates(map[string]any{"replaced_at": now}).Error; err != nil {
			return err
		}
	}
	return tx.Create(&models.CustomsRuleSet{
		ID: newID(), Name: set.Name, Version: set.Version, Title: set.Title, Hash: set.Hash, Rules: int32(len(set.Rules)), CreatedBy: by, CreatedAt: now,
	}).Error
}

// replaces is the version that holds until now, nil where there is none.
func (r *RulesReport) replaces(tx *gorm.DB, set *Set) (*models.CustomsRuleSet, error) {
	versions, err := database.Find[models.CustomsRuleSet](tx.Where("name = ?", set.Name).Order("version desc"), "sets of rules")
	if err != nil || len(versions) == 0 {
		return nil, err
	}
	last := versions[0]
	switch {
	case set.Version > last.Version:
		return last, nil
	case set.Version == last.Version && set.Hash == last.Hash:
		r.There, r.Kept = true, len(set.Rules)
		return last, nil
	case set.Version == last.Version:
		return nil, fmt.Errorf("version %d of %s was imported with other contents: give the changed file a new version", set.Version, set.Name)
	}
	return nil, fmt.Errorf("version %d of %s is imported already: %d is older", last.Version, set.Name, set.Version)
}

// compare tells which rules of a file are new, and which of those that are
// there it has left out.
func (r *RulesReport) compare(set *Set, there []*models.CustomsRule) (fresh []models.CustomsRule, left []uuid.UUID) {
	known := make(map[string]bool, len(there))
	said := make(map[string]bool, len(set.Rules))
	for _, rule := range there {
		known[rule.Fingerprint] = true
	}
	for _, rule := range set.Rules {
		said[rule.Fingerprint] = true
		if !known[rule.Fingerprint] {
			fresh = append(fresh, rule)
		}
	}
	for _, rule := range there {
		if !said[rule.Fingerprint] {
			left = append(left, rule.ID)
		}
	}
	r.New, r.Kept, r.Left = len(fresh), len(set.Rules)-len(fresh), len(left)
	return fresh, left
}

func leave(tx *gorm.DB, ids []uuid.UUID, change map[string]any) error {
	for part := range slices.Chunk(ids, 10_000) {
		if err := tx.Model(&models.CustomsRule{}).Where("id in ?", part).Updates(change).Error; err != nil {
			return fmt.Errorf("replace rules: %w", err)
		}
	}
	return nil
}

// conflicts notes rules that would hold on the same day as one of another set,
// or of an operator. Those of a file itself have been compared.
func conflicts(tx *gorm.DB, fresh []models.CustomsRule) (wrong csvfile.Notes, err error) {
	if len(fresh) == 0 {
		return wrong, nil
	}
	there, err := database.Find[models.CustomsRule](tx.Where("country = ? and replaced_at is null", fresh[0].Country), "customs rules")
	if err != nil {
		return wrong, err
	}
	of := map[subject][]*models.CustomsRule{}
	for _, r := range there {
		of[subjectOf(r)] = append(of[subjectOf(r)], r)
	}
	for i := range fresh {
		about := subjectOf(&fresh[i])
		for _, other := range of[about] {
			if overlap(&fresh[i], other) {
				line := 0
				if fresh[i].Line != nil {
					line = int(*fresh[i].Line)
				}
				wrong.Add(csvfile.Note{Line: line, Text: fmt.Sprintf("%s: %s says it %s already", about, owner(other), period(other))})
				break
			}
		}
	}
	return wrong, nil
}

// owner names where a rule is from.
func owner(r *models.CustomsRule) string {
	if r.SetName == nil {
		return "a rule that an operator added"
	}
	return "the set " + *r.SetName
}
