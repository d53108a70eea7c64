// The currency texts allowed next to a number: ISO 4217 codes and Unicode signs. Lists, so that DuckDB and JavaScript agree.

/**
 * ISO 4217, List One (current currencies, funds and precious metals) as of amendment 180, in force since 1 January 2026:
 * https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html
 */
export const CURRENCY_CODES: readonly string[] =
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF
  CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
  IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
  MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
  SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS
  VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG`.split(
    /\s+/,
  );

/** The characters of the general category Sc in Unicode 17: https://www.unicode.org/Public/17.0.0/ucd/extracted/DerivedGeneralCategory.txt */
export const CURRENCY_SIGNS: readonly string[] = [
  ...'$¢£¤¥֏؋߾߿৲৳৻૱௹฿៛₠₡₢₣₤₥₦₧₨₩₪₫€₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₽₾₿',
  ...'\u20c0\u20c1\ua838\ufdfc\ufe69\uff04\uffe0\uffe1\uffe5\uffe6',
  ...'\u{11fdd}\u{11fde}\u{11fdf}\u{11fe0}\u{1e2ff}\u{1ecb0}',
];
