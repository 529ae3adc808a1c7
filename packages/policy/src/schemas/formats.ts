import { compilePattern, isCelError } from '@lockstitch/cel'

import { isIpv6, readUri, splitUri } from './uri.ts'

/** Whether a text has a format. Values that are no text have every format. */
export type FormatCheck = (text: string) => boolean

/**
 * The formats that Cerbos asserts, each as its validator understands it. Other names mean nothing.
 * @see https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3
 */
export const FORMATS: ReadonlyMap<string, FormatCheck> = new Map([
  ['date-time', isDateTime],
  ['date', isDate],
  ['time', isTime],
  ['duration', isDuration],
  ['period', isPeriod],
  ['hostname', isHostname],
  ['email', isEmail],
  ['ip-address', isIpv4],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isUriReference],
  ['uriref', isUriReference],
  ['iri-reference', isUriReference],
  ['uri-template', isUriTemplate],
  ['regex', isRegex],
  ['json-pointer', isJsonPointer],
  ['relative-json-pointer', isRelativeJsonPointer],
  ['uuid', isUuid],
])

/** Whether a text is a regular expression of RE2. */
export function isRegex(text: string): boolean {
  return !isCelError(compilePattern(text))
}

/** Go reads a sign as part of a number, and refuses zeros in front of other digits only. */
function isIpv4(text: string): boolean {
  const groups = text.split('.')
  return (
    groups.length === 4 &&
    groups.every((group) => {
      const number = Number(group)
      return (
        /^[+-]?\d+$/.test(group) &&
        number >= 0 &&
        number < 256 &&
        (number === 0 || !group.startsWith('0'))
      )
    })
  )
}

function isDateTime(text: string): boolean {
  return (
    text.length >= 20 &&
    /[Tt]/.test(text[10] ?? '') &&
    isDate(text.slice(0, 10)) &&
    isTime(text.slice(11))
  )
}

function isDate(text: string): boolean {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return false
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return isLeap ? 29 : 28
}

function isTime(text: string): boolean {
  const match = TIME.exec(text)
  if (!match) return false
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map(Number)
  const [offsetHour = 0, offsetMinute = 0] = match
    .slice(5, 7)
    .map((part: string | undefined) => Number(part ?? 0))
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false
  if (second < 60) return true
  // A leap second ends a day of UTC.
  const offset = (offsetHour * 60 + offsetMinute) * (match[4] === '-' ? -1 : 1)
  const utc = hour * 60 + minute - offset
  return (utc + MINUTES_OF_DAY) % MINUTES_OF_DAY === MINUTES_OF_DAY - 1
}

/** Go reads a sign as part of a number. */
const TIME =
  /^(\+\d|-0|\d\d):(\+\d|-0|\d\d):(\+\d|-0|\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\+\d|-0|\d\d):(\+\d|-0|\d\d))$/
const MINUTES_OF_DAY = 24 * 60

/** Units may be left out at the ends only: hours and seconds without minutes are none. */
function isDuration(text: string): boolean {
  const [, weeks, date, time] = /^P(?:(\d+W)|([\dYMD]*)(?:T([\dHMS]+))?)$/.exec(text) ?? []
  if (weeks !== undefined) return true
  if (date === undefined || (date === '' && time === undefined)) return false
  return hasUnitsInOrder(date, 'YMD') && (time === undefined || hasUnitsInOrder(time, 'HMS'))
}

function hasUnitsInOrder(text: string, order: string): boolean {
  if (!/^(?:\d+[A-Z])*$/.test(text)) return false
  return order.includes(text.replace(/\d+/g, ''))
}

function isPeriod(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash === -1) return false
  const start = text.slice(0, slash)
  const end = text.slice(slash + 1)
  if (start.startsWith('P')) return isDuration(start) && isDateTime(end)
  return isDateTime(start) && (end.startsWith('P') ? isDuration(end) : isDateTime(end))
}

function isHostname(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  if (name.length > 253 || name.startsWith('-')) return false
  return name.split('.').every((label) => /^[A-Za-z\d-]{1,63}$/.test(label) && !label.endsWith('-'))
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const domain = text.slice(at + 1)
  if (at === -1 || countBytes(text) > 254 || countBytes(local) > 64) return false
  const [, literal] = /^\[(.*)\]$/s.exec(domain) ?? []
  if (literal !== undefined) {
    return literal.startsWith('IPv6:') ? isIpv6(literal.slice(5)) : isIpv4(literal)
  }
  return isHostname(domain) && isLocalPart(local.replace(/^[ \t]+/, ''))
}

function countBytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** An atom with dots or a quoted text, in any script. */
function isLocalPart(text: string): boolean {
  return text.startsWith('"')
    ? /^"(?:[\t !#-[\]-~\u0080-\u{10ffff}]|\\[\t -~\u0080-\u{10ffff}])+"$/u.test(text)
    : text.split('.').every((atom) => /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+$/u.test(atom))
}

function isUri(text: string): boolean {
  return readUri(text) === 'absolute'
}

function isUriReference(text: string): boolean {
  return readUri(text) !== undefined && !text.includes('\\')
}

function isUriTemplate(text: string): boolean {
  if (readUri(text) === undefined) return false
  return pathOf(text)
    .split('/')
    .every((segment) => /^[^{}]*(?:\{[^{}]*\}[^{}]*)*$/.test(segment))
}

function pathOf(text: string): string {
  const { scheme, authority, path } = splitUri(text)
  const isOpaque = scheme !== '' && authority === undefined && !path.startsWith('/')
  return isOpaque ? '' : path
}

function isJsonPointer(text: string): boolean {
  return text === '' || /^(?:\/(?:[^~/]|~[01])*)+$/.test(text)
}

function isRelativeJsonPointer(text: string): boolean {
  const [, rest] = /^(?:0|[1-9]\d*)(#|.*)$/s.exec(text) ?? []
  return rest !== undefined && (rest === '#' || isJsonPointer(rest))
}

function isUuid(text: string): boolean {
  return /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/.test(text)
}
