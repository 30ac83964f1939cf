package declaration

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Unknown are fields of the order message that we do not know how to fill:
// what customs register companies by, and their tables of codes.
var Unknown = []string{
	"ebpCode", "ebpName", "ebcCode", "payCode", "payName", "unit", "country", "barCode", "gmodel", "BaseTransfer",
}

// File is the declarations of an order, to be handed on.
type File struct {
	declarations []*models.Declaration
	// name and number are as they are shown: plain only where a reason was given.
	name, number string
}

// NewFile makes a file of an order's declarations, at least one, with the buyer
// as they are to be shown.
func NewFile(declarations []*models.Declaration, name, number string) *File {
	return &File{declarations, name, number}
}

// Export reads the declarations of an order, by its number. Without a reason
// the buyer is masked; with one, which is written down, it is in plain, for
// those who hold IDENTITY_REVEAL.
func (s *Service) Export(ctx context.Context, number, reason string) (*File, error) {
	var refused problem.List
	if reason != "" {
		reason = consumerid.CheckReason(&refused, "reason", reason)
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	f := &File{}
	ctx = database.AcrossBrands(ctx, database.ShopperOrders)
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		seen, args := auth.Where(auth.From(ctx), "orders", "", s.now())
		found, err := database.Find[models.Order](tx.Where("source = ? and number = ?", models.OrderFromShop, number).Where(seen, args...), "an order")
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return problem.New(problem.NotFound, "there is no such order, or you may not see it")
		}
		key := models.Key{BrandID: found[0].BrandID, ID: found[0].ID}
		f.declarations, err = database.Find[models.Declaration](
			tx.Where("brand_id = ? and order_id = ?", key.BrandID, key.ID).Order("prepared_at, id"), "declarations")
		if err != nil {
			return err
		}
		if len(f.declarations) == 0 {
			return problem.New(problem.NotFound, "no declaration of it was prepared")
		}
		return s.buyerTx(tx, f, found[0], reason)
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (s *Service) buyerTx(tx *gorm.DB, f *File, o *models.Order, reason string) error {
	if reason != "" {
		plain, err := s.consumers.RevealTx(tx, *o.PurchaseID, consumerid.Why{
			Purpose: models.ReadDeclaration, OrderNumber: o.Number, Reason: reason, Field: "reason",
		})
		if err == nil {
			f.name, f.number = plain.Name, plain.Number.Plain()
		}
		return err
	}
	found, err := database.Find[models.Consumer](tx.Where("purchase_id = ? and erased_at is null", *o.PurchaseID), "who bought")
	if len(found) > 0 {
		f.name, f.number = found[0].Name, found[0].Number
	}
	return err
}

// Name is what a file is called.
func (f *File) Name(format string) string {
	return "declaration-" + f.declarations[0].Sale.OrderNumber + "." + format
}

// Formats of a file.
const (
	JSON = "json"
	XML  = "xml"
)

// FormatOf gives what writes a format, and its media type; nil for others.
func FormatOf(format string) (write func(io.Writer, *File) error, kind string) {
	switch format {
	case JSON:
		return writeJSON, "application/json"
	case XML:
		return writeXML, "application/xml; charset=utf-8"
	}
	return nil, ""
}

func writeJSON(w io.Writer, f *File) error {
	type one struct {
		Status     models.DeclarationStatus `json:"status"`
		Regime     string                   `json:"regime"`
		Sale       models.DeclaredSale      `json:"sale"`
		Payment    models.DeclaredPayment   `json:"payment"`
		Logistics  models.DeclaredLogistics `json:"logistics"`
		Mismatches []models.Mismatch        `json:"mismatches"`
		Message    head                     `json:"orderMessage"`
	}
	all := struct {
		Declarations []one    `json:"declarations"`
		Unknown      []string `json:"fieldsThatAreNotKnown"`
	}{Unknown: Unknown}
	for _, d := range f.declarations {
		// References of persons stay here: they tell nobody else anything.
		sale, payment := d.Sale, d.Payment
		sale.Person, payment.Person = nil, nil
		all.Declarations = append(all.Declarations, one{d.Status, d.Regime, sale, payment, d.Logistics, d.Mismatches, f.head(d)})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(all)
}

// message is CEB311, with the elements that are known.
type message struct {
	XMLName xml.Name   `xml:"ceb:CEB311Message"`
	GUID    string     `xml:"guid,attr"`
	Version string     `xml:"version,attr"`
	Space   string     `xml:"xmlns:ceb,attr"`
	Note    string     `xml:",comment"`
	Orders  []orderMsg `xml:"ceb:Order"`
}

type orderMsg struct {
	Head head       `xml:"ceb:OrderHead"`
	List []listItem `xml:"ceb:OrderList"`
}

// head is the order. The name of acturalPaid is as customs write it.
type head struct {
	GUID             string `xml:"ceb:guid" json:"guid"`
	AppType          string `xml:"ceb:appType" json:"appType"`
	AppTime          string `xml:"ceb:appTime" json:"appTime"`
	AppStatus        string `xml:"ceb:appStatus" json:"appStatus"`
	OrderType        string `xml:"ceb:orderType" json:"orderType"`
	OrderNo          string `xml:"ceb:orderNo" json:"orderNo"`
	EbcName          string `xml:"ceb:ebcName" json:"ebcName"`
	GoodsValue       string `xml:"ceb:goodsValue" json:"goodsValue"`
	Freight          string `xml:"ceb:freight" json:"freight"`
	Discount         string `xml:"ceb:discount" json:"discount"`
	TaxTotal         string `xml:"ceb:taxTotal" json:"taxTotal"`
	ActuralPaid      string `xml:"ceb:acturalPaid" json:"acturalPaid"`
	Currency         string `xml:"ceb:currency" json:"currency"`
	BuyerRegNo       string `xml:"ceb:buyerRegNo" json:"buyerRegNo"`
	BuyerName        string `xml:"ceb:buyerName" json:"buyerName"`
	BuyerTelephone   string `xml:"ceb:buyerTelephone" json:"buyerTelephone"`
	BuyerIDType      string `xml:"ceb:buyerIdType" json:"buyerIdType"`
	BuyerIDNumber    string `xml:"ceb:buyerIdNumber" json:"buyerIdNumber"`
	PayTransactionID string `xml:"ceb:payTransactionId" json:"payTransactionId"`
	Consignee        string `xml:"ceb:consignee" json:"consignee"`
	ConsigneePhone   string `xml:"ceb:consigneeTelephone" json:"consigneeTelephone"`
	ConsigneeAddress string `xml:"ceb:consigneeAddress" json:"consigneeAddress"`
}

type listItem struct {
	Number     int    `xml:"ceb:gnum"`
	ItemNo     string `xml:"ceb:itemNo"`
	ItemName   string `xml:"ceb:itemName"`
	Quantity   string `xml:"ceb:qty"`
	Price      string `xml:"ceb:price"`
	TotalPrice string `xml:"ceb:totalPrice"`
	Currency   string `xml:"ceb:currency"`
}

func (f *File) head(d *models.Declaration) head {
	s, c := &d.Sale, d.Sale.Consignee
	address := strings.Join([]string{c.Province, c.City, c.District, c.Street}, "")
	return head{
		GUID: strings.ToUpper(d.ID.String()), AppType: "1", AppTime: d.PreparedAt.In(consumerid.China).Format("20060102150405"), AppStatus: "2",
		OrderType: "I", OrderNo: s.OrderNumber, EbcName: s.Seller, GoodsValue: s.Goods().Amount(), Freight: s.Freight().Amount(),
		Discount: s.Discount().Amount(), TaxTotal: s.Tax().Amount(), ActuralPaid: s.Paid().Amount(), Currency: currencyCode,
		BuyerRegNo: s.Buyer, BuyerName: f.name, BuyerTelephone: c.Phone, BuyerIDType: "1", BuyerIDNumber: f.number,
		PayTransactionID: d.Payment.Reference, Consignee: c.Name, ConsigneePhone: c.Phone, ConsigneeAddress: address,
	}
}

func writeXML(w io.Writer, f *File) error {
	m := message{
		GUID: strings.ToUpper(f.declarations[0].ID.String()), Version: "1.0", Space: "http://www.chinaport.gov.cn/ceb",
		Note: " not known, to be added by whoever sends it: " + strings.Join(Unknown, ", ") + " ",
	}
	for _, d := range f.declarations {
		one := orderMsg{Head: f.head(d)}
		for i, l := range d.Sale.Lines {
			one.List = append(one.List, listItem{
				Number: i + 1, ItemNo: l.Item, ItemName: l.Name, Quantity: strconv.FormatInt(l.Quantity, 10), Price: l.UnitPrice.String(),
				TotalPrice: money.New(l.TotalMinor, money.Currency(d.Sale.Currency)).Amount(), Currency: currencyCode,
			})
		}
		m.Orders = append(m.Orders, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(m); err != nil {
		return fmt.Errorf("write the order message: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
