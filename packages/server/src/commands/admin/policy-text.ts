import { parse } from 'yaml'

import { CommandError } from '../../errors.ts'
import { POLICY } from '../../wire/policy-messages.ts'
import { readJsonText } from '../../wire/read-json-text.ts'
import type { Message } from '../../wire/schema.ts'

/** A policy by its text, which is YAML or JSON. */
export function messageOf(text: string): Message {
  try {
    return readJsonText(POLICY, JSON.stringify(parse(text)))
  } catch (cause) {
    throw new CommandError('internal', 'could not get policy', { cause })
  }
}
