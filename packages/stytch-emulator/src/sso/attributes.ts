import type { JsonObject } from '../json.ts'
import type { SsoAssertion } from './entities.ts'

/** What the attributes of an assertion say, read as a connection's `attribute_mapping` tells. */
export function readAttributes(
  mapping: JsonObject,
  attributes: JsonObject,
): Pick<SsoAssertion, 'email_address' | 'name' | 'groups'> {
  const attribute = (field: string): unknown => {
    const source = mapping[field]
    return typeof source === 'string' ? attributes[source] : undefined
  }
  const text = (field: string): string => {
    const value = attribute(field)
    return typeof value === 'string' ? value : ''
  }
  const parts = [text('first_name'), text('last_name')].filter((part) => part !== '')
  const groups = attribute('groups')
  return {
    email_address: text('email').toLowerCase(),
    name: text('full_name') || parts.join(' '),
    groups: [groups].flat().filter((group) => typeof group === 'string'),
  }
}
