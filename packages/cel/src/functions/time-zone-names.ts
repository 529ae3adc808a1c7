/**
 * Region and place, each of capitalized words: `America/New_York`, `America/Indiana/Tell_City`, or one
 * word such as `Egypt`. A shorter word would be an abbreviation in the wrong case.
 */
const REGULAR =
  /^(?:[A-Z][a-z]{3,}|US\/[A-Z][a-z]+|[A-Z][a-z]+(?:\/[A-Z][a-z]+(?:[_-][A-Z][a-z]+)*)+)$/
const AT_AN_OFFSET = /^Etc\/GMT(?:[+-]?(?:0|[1-9][0-9]?))?$/

/** The names of the IANA database that are spelled otherwise. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  `CET CST6CDT EET EST EST5EDT GB GB-Eire GMT GMT+0 GMT-0 GMT0 HST MET MST MST7MDT NZ NZ-CHAT PRC
  PST8PDT ROC ROK UCT UTC W-SU WET Etc/GMT Etc/UCT Etc/UTC Africa/Dar_es_Salaam
  America/Argentina/ComodRivadavia America/Knox_IN America/Port-au-Prince America/Port_of_Spain
  Antarctica/DumontDUrville Antarctica/McMurdo Australia/ACT Australia/LHI Australia/NSW Brazil/DeNoronha
  Chile/EasterIsland Europe/Isle_of_Man Mexico/BajaNorte Mexico/BajaSur
  US/East-Indiana US/Indiana-Starke`
    .split(/\s+/)
    .map((name) => [name.toLowerCase(), name]),
)

/**
 * Whether a name is spelled as in the IANA database. The platform takes upper for lower case and
 * knows names of its own, such as `PST`; Go does not.
 */
export function isZoneSpelling(name: string): boolean {
  const irregular = IRREGULAR.get(name.toLowerCase())
  if (irregular !== undefined) return irregular === name
  return (REGULAR.test(name) && !name.startsWith('Us/')) || AT_AN_OFFSET.test(name)
}
