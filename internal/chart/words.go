package chart

import "strings"

// words are what a chart says by itself in another language. What reports are
// made of, such as names of brands, comes in its language already; what is not
// here stays English.
type words map[string]string

func wordsOf(language string) words {
	if strings.HasPrefix(language, "zh") {
		return inChinese
	}
	return nil
}

func (w words) say(english string) string {
	if word, ok := w[english]; ok {
		return word
	}
	return english
}

// title is that of a report, which may be told beside a name that is somebody's.
func (w words) title(english string) string {
	const scenario = "Tariff scenario: "
	if name, ok := strings.CutPrefix(english, scenario); ok {
		return w.say(scenario) + name
	}
	if i := strings.LastIndex(english, ": "); i >= 0 {
		return english[:i+2] + w.say(english[i+2:])
	}
	return w.say(english)
}

// Formats name what they take by its place.
const (
	others     = "Others"
	othersOf   = "Others (%d)"
	drawnBy    = "%s: %s by %s"
	drawnAlone = "%s: %s"
	largest    = "The largest %[1]d of %[2]d are shown."
	nothing    = "There is nothing to show."
	extent     = "%[1]d series in %[2]s over %[3]d places. "
	units      = "units"
)

var inChinese = words{
	others: "其他", othersOf: "其他（%d）", drawnBy: "%s：%s（按%s）", drawnAlone: "%s：%s", largest: "仅显示 %[2]d 项中最大的 %[1]d 项。",
	nothing: "没有可显示的数据。", extent: "%[2]s：%[1]d 个系列，%[3]d 个位置。", units: "数量",

	// Reports.
	"Sales": "销售", "Funnel": "转化漏斗", "Cohorts": "同期群", "Geography": "地域", "Payment methods": "支付方式", "Regimes": "清关方式",
	"Inventory turnover": "库存周转", "Statements": "对账单", "Tariff scenario: ": "关税情景：", "Measures": "指标", "Milestones": "里程碑",
	"Progress": "进展", "Regions": "地区", "Census regions": "普查大区", "Industries": "行业", "Categories": "类目",

	// What they are told by.
	"Brand": "品牌", "Storefront": "店铺", "Product": "商品", "Variant": "规格", "Category": "类目", "Origin": "产地", "Origin country": "原产国",
	"Origin region": "产地地区", "Market": "市场", "Buyer country": "买家国家", "Buyer region": "买家地区", "Source": "来源", "Day": "日",
	"Week": "周", "Month": "月", "Quarter": "季度", "Year": "年", "Currency of sales": "销售币种", "Method": "方式", "Place": "地点",
	"Regime": "清关方式", "Treatment": "处理方式", "Problem": "问题", "Hs chapter": "HS 章", "Name": "名称", "First order in": "首单月份",
	"Months after": "之后月数", "Begun in": "开始于", "Measure": "指标", "Percent of the goal": "目标百分比", "From": "起始", "Region": "地区",
	"Census region": "普查大区", "Industry": "行业",

	// What is drawn.
	"Orders": "订单数", "Orders paid": "已付订单数", "Units": "件数", "Units returned": "退货件数", "Gross": "总额", "Discounts": "折扣",
	"Refunds": "退款", "Refunded": "已退款", "Net": "净额", "Shipping": "运费", "Duties": "关税", "Taxes": "税费", "Commission": "佣金",
	"Payout": "应付商家", "Average order": "平均订单额", "Return rate": "退货率", "Shoppers": "顾客数", "New shoppers": "新顾客数",
	"Returning shoppers": "回头客数", "Share": "占比", "Rank": "排名", "Net so far": "累计净额", "Moving net": "净额移动平均",
	"Orders before": "此前订单数", "Units before": "此前件数", "Gross before": "此前总额", "Net before": "此前净额", "Payout before": "此前应付商家",
	"Shoppers before": "此前顾客数", "Change of net": "净额变化", "Carts": "购物车数", "Checkouts": "结账数", "Purchases": "购买数",
	"Checkout rate": "结账率", "Purchase rate": "购买率", "Shoppers of the cohort": "同期群顾客数", "Shoppers who ordered": "下单顾客数",
	"Retention": "留存率", "Attempts": "尝试次数", "Failed": "失败次数", "Paid": "已付", "Goods": "货值", "Burden": "税负", "Opening": "期初",
	"Closing": "期末", "Sold": "售出", "Average": "平均", "Turnover": "周转率", "Days of stock": "库存天数", "Other": "其他", "Paid out": "已付商家",
	"Payable": "应付", "Lines": "行数", "Affected lines": "受影响行数", "Affected value": "受影响货值", "Landed price before": "原到岸价",
	"Landed price after": "新到岸价", "Change": "变化", "Change in percent": "变化百分比", "Taxes before": "原税费", "Taxes after": "新税费",
	"Lines whose price is not known": "价格未知的行数", "Goal": "目标", "Reached": "已达成", "Planned by now": "当前计划", "Businesses": "企业数",
	"Joined": "加入数", "Closed": "关闭数", "Jobs attested": "已证实岗位", "Jobs assumed": "估算岗位", "Sales to date": "累计销售",
	"Still selling": "仍在销售", "Sales by business": "每家企业销售", "Required a day": "每日需要", "Actual a day": "每日实际", "Projected": "预计",
}
