// How addresses differ between countries, as far as a form should show it. The server's rules decide; these only ask
// for the right things in the right words.

const states = 'AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming';
const provinces = 'AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NT Northwest Territories|NS Nova Scotia|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon';
const australian = 'ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia';
// ISO 3166-2:JP numbers the prefectures from north to south.
const prefectures = 'Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata Toyama Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa'
  .split(' ').map((name) => `${name} ${name}`).join('|');

const list = (text) => text.split('|').map((entry) => {
  const cut = entry.indexOf(' ');
  return { code: entry.slice(0, cut), name: entry.slice(cut + 1) };
});

const plain = { postal: 'Postcode', city: 'Town or city', example: '', numeric: false };

// Members that differ from plain. "regions" makes a list to choose from; postal null: the country has no postcodes.
const differences = {
  AT: { example: '1010', numeric: true },
  AU: { example: '3000', city: 'Suburb or town', region: 'State or territory', regions: australian, numeric: true },
  BE: { example: '1000', numeric: true },
  CA: { postal: 'Postal code', example: 'K1A 0B1', city: 'City', region: 'Province or territory', regions: provinces },
  CH: { example: '8001', numeric: true },
  DE: { example: '10117', numeric: true },
  DK: { example: '1050', numeric: true },
  ES: { example: '28001', numeric: true },
  FI: { example: '00100', numeric: true },
  FR: { postal: 'Code postal (postcode)', example: '75001', city: 'Town or city', numeric: true },
  GB: { example: 'SW1A 1AA', city: 'Post town' },
  HK: { postal: null, city: 'District' },
  IE: { postal: 'Eircode', example: 'D02 X285' },
  IT: { example: '00118', numeric: true },
  JP: { postal: 'Postal code', example: '100-0001', city: 'City, ward or town', region: 'Prefecture', regions: prefectures },
  KW: { example: '13001', city: 'Area', numeric: true },
  LU: { example: '1111', numeric: true },
  NL: { example: '1012 JS' },
  PL: { example: '00-001' },
  PT: { example: '1000-001' },
  SE: { example: '111 20' },
  US: { postal: 'ZIP code', example: '94103', city: 'City', region: 'State', regions: states },
};

/** countries are those that the form offers, by name. */
export const countries = () => {
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  return Object.keys(differences).map((code) => ({ code, name: names.of(code) })).sort((a, b) => a.name.localeCompare(b.name));
};

/** customs are the form's words for one country. */
export function customs(country) {
  const own = differences[country] ?? {};
  return { ...plain, ...own, regions: own.regions ? list(own.regions) : null };
}

/** likely is the country to begin with: the browser's own, if the shop delivers there. */
export function likely(languages = navigator.languages ?? []) {
  const found = languages.map((l) => l.split('-').at(-1)).find((code) => code in differences && code === code.toUpperCase());
  return found ?? 'DE';
}
