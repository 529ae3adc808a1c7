/** Region and place, each of capitalized words: `America/New_York`, `America/Indiana/Tell_City`. */
const REGULAR = /^[A-Z][a-z]+(?:\/[A-Z][a-z]+(?:[_-][A-Z][a-z]+)*)+$/
const AT_AN_OFFSET = /^Etc\/GMT(?:[+-]?(?:0|[1-9][0-9]?))?$/

/** The names of the IANA database that are spelled otherwise. */
// biome-ignore format: a table
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  `CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran
  Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore
  Turkey UCT UTC Universal W-SU WET Zulu Etc/GMT Etc/UCT Etc/UTC Africa/Dar_es_Salaam America/Argentina/ComodRivadavia
  America/Knox_IN America/Port-au-Prince America/Port_of_Spain Antarctica/DumontDUrville Antarctica/McMurdo Australia/ACT Australia/LHI
  Australia/NSW Brazil/DeNoronha Chile/EasterIsland Europe/Isle_of_Man Mexico/BajaNorte Mexico/BajaSur US/Alaska
  US/Aleutian US/Arizona US/Central US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan US/Mountain
  US/Pacific US/Samoa`
    .split(/\s+/)
    .map((name) => [name.toLowerCase(), name]),
)

/**
 * Whether a name is spelled as in the IANA database. The platform takes upper for lower case and
 * knows names of its own, such as `PST`; Go does not.
 */
export function isZoneSpelling(name: string): boolean {
  const irregular = IRREGULAR.get(name.toLowerCase())
  return irregular === undefined
    ? REGULAR.test(name) || AT_AN_OFFSET.test(name)
    : irregular === name
}
