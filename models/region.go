package models

// CensusRegion is one of the four statistical regions of the US Census Bureau
// (Census Regions and Divisions of the United States, seen 2026-11).
type CensusRegion string

// Census regions.
const (
	Northeast CensusRegion = "NORTHEAST"
	Midwest   CensusRegion = "MIDWEST"
	South     CensusRegion = "SOUTH"
	West      CensusRegion = "WEST"
)

// USState is a state or the federal district, by its ISO 3166-2 code without "US-".
type USState struct {
	Code   string
	Name   string
	Census CensusRegion
}

// USStates in order of their codes.
var USStates = []USState{
	{"AK", "Alaska", West}, {"AL", "Alabama", South}, {"AR", "Arkansas", South}, {"AZ", "Arizona", West},
	{"CA", "California", West}, {"CO", "Colorado", West}, {"CT", "Connecticut", Northeast},
	{"DC", "District of Columbia", South}, {"DE", "Delaware", South}, {"FL", "Florida", South},
	{"GA", "Georgia", South}, {"HI", "Hawaii", West}, {"IA", "Iowa", Midwest}, {"ID", "Idaho", West},
	{"IL", "Illinois", Midwest}, {"IN", "Indiana", Midwest}, {"KS", "Kansas", Midwest}, {"KY", "Kentucky", South},
	{"LA", "Louisiana", South}, {"MA", "Massachusetts", Northeast}, {"MD", "Maryland", South},
	{"ME", "Maine", Northeast}, {"MI", "Michigan", Midwest}, {"MN", "Minnesota", Midwest},
	{"MO", "Missouri", Midwest}, {"MS", "Mississippi", South}, {"MT", "Montana", West},
	{"NC", "North Carolina", South}, {"ND", "North Dakota", Midwest}, {"NE", "Nebraska", Midwest},
	{"NH", "New Hampshire", Northeast}, {"NJ", "New Jersey", Northeast}, {"NM", "New Mexico", West},
	{"NV", "Nevada", West}, {"NY", "New York", Northeast}, {"OH", "Ohio", Midwest}, {"OK", "Oklahoma", South},
	{"OR", "Oregon", West}, {"PA", "Pennsylvania", Northeast}, {"RI", "Rhode Island", Northeast},
	{"SC", "South Carolina", South}, {"SD", "South Dakota", Midwest}, {"TN", "Tennessee", South},
	{"TX", "Texas", South}, {"UT", "Utah", West}, {"VA", "Virginia", South}, {"VT", "Vermont", Northeast},
	{"WA", "Washington", West}, {"WI", "Wisconsin", Midwest}, {"WV", "West Virginia", South}, {"WY", "Wyoming", West},
}

// CensusRegionOf gives the census region of a US state, or nil.
func CensusRegionOf(country, region string) *CensusRegion {
	if country != "US" {
		return nil
	}
	for _, state := range USStates {
		if state.Code == region {
			return &state.Census
		}
	}
	return nil
}

// Origin names where a brand comes from, and what that lies in: US-NE in
// MIDWEST, and elsewhere a country in itself.
func Origin(country, region string) (key, within string) {
	census := CensusRegionOf(country, region)
	if census == nil {
		return country, country
	}
	return country + "-" + region, string(*census)
}

// CNProvince is a province-level division of China, by its ISO 3166-2 code
// without "CN-".
type CNProvince struct {
	Code    string
	Name    string
	Chinese string
}

// CNProvinces in order of their codes (ISO 3166-2:CN, seen 2026-11).
var CNProvinces = []CNProvince{
	{"AH", "Anhui", "安徽省"}, {"BJ", "Beijing", "北京市"}, {"CQ", "Chongqing", "重庆市"}, {"FJ", "Fujian", "福建省"},
	{"GD", "Guangdong", "广东省"}, {"GS", "Gansu", "甘肃省"}, {"GX", "Guangxi", "广西壮族自治区"}, {"GZ", "Guizhou", "贵州省"},
	{"HA", "Henan", "河南省"}, {"HB", "Hubei", "湖北省"}, {"HE", "Hebei", "河北省"}, {"HI", "Hainan", "海南省"},
	{"HK", "Hong Kong", "香港特别行政区"}, {"HL", "Heilongjiang", "黑龙江省"}, {"HN", "Hunan", "湖南省"}, {"JL", "Jilin", "吉林省"},
	{"JS", "Jiangsu", "江苏省"}, {"JX", "Jiangxi", "江西省"}, {"LN", "Liaoning", "辽宁省"}, {"MO", "Macao", "澳门特别行政区"},
	{"NM", "Inner Mongolia", "内蒙古自治区"}, {"NX", "Ningxia", "宁夏回族自治区"}, {"QH", "Qinghai", "青海省"}, {"SC", "Sichuan", "四川省"},
	{"SD", "Shandong", "山东省"}, {"SH", "Shanghai", "上海市"}, {"SN", "Shaanxi", "陕西省"}, {"SX", "Shanxi", "山西省"},
	{"TJ", "Tianjin", "天津市"}, {"TW", "Taiwan", "台湾省"}, {"XJ", "Xinjiang", "新疆维吾尔自治区"}, {"XZ", "Tibet", "西藏自治区"},
	{"YN", "Yunnan", "云南省"}, {"ZJ", "Zhejiang", "浙江省"},
}
