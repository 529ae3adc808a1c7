import { CommandError } from '../../errors.ts'
import {
  ADD_SCHEMA_REQUEST,
  ADD_SCHEMA_RESPONSE,
  DELETE_SCHEMA_REQUEST,
  DELETE_SCHEMA_RESPONSE,
  GET_SCHEMA_REQUEST,
  GET_SCHEMA_RESPONSE,
  LIST_SCHEMAS_REQUEST,
  LIST_SCHEMAS_RESPONSE,
} from '../../wire/admin-messages.ts'
import type { Command } from '../command.ts'
import { listed } from '../messages.ts'
import { adminCommand, change } from './admin.ts'

interface IdsMessage {
  readonly id: readonly string[]
}

interface SchemaMessage {
  readonly id: string
  /** Base64. */
  readonly definition: string
}

/** Stores schemas and puts them in force. */
export const ADD_SCHEMA: Command = adminCommand<{ readonly schemas: readonly SchemaMessage[] }>(
  'AddOrUpdateSchema',
  {
    request: ADD_SCHEMA_REQUEST,
    response: ADD_SCHEMA_RESPONSE,
    async run(admin, { schemas }) {
      await change(admin, (changes) =>
        changes.putSchemas(
          schemas.map(({ id, definition }) => ({ id, text: textOf(id, definition) })),
        ),
      )
      return {}
    },
  },
)

function textOf(id: string, definition: string): string {
  const text = Buffer.from(definition, 'base64').toString('utf8')
  try {
    JSON.parse(text)
    // Cerbos keeps it without the space between the parts.
    return text.replaceAll(/("(?:\\.|[^"\\])*")|\s+/g, '$1')
  } catch (cause) {
    throw new CommandError('invalid-argument', `schema ${id} is not JSON`, { cause })
  }
}

/** The ids of all schemas. */
export const LIST_SCHEMAS: Command = adminCommand('ListSchemas', {
  request: LIST_SCHEMAS_REQUEST,
  response: LIST_SCHEMAS_RESPONSE,
  async run({ policies: { store } }) {
    return listed(
      'schemaIds',
      (await store.read()).schemas.map(({ id }) => id),
    )
  },
})

/** The schemas that have some ids. */
export const GET_SCHEMA: Command = adminCommand<IdsMessage>('GetSchema', {
  request: GET_SCHEMA_REQUEST,
  response: GET_SCHEMA_RESPONSE,
  async run({ policies: { store } }, { id: ids }) {
    const schemas = new Map((await store.read()).schemas.map(({ id, text }) => [id, text]))
    return {
      schemas: ids.map((id) => {
        const text = schemas.get(id)
        if (text === undefined)
          throw new CommandError('internal', `could not get the schema with id ${id}`)
        return { id, definition: Buffer.from(text, 'utf8').toString('base64') }
      }),
    }
  },
})

/** Deletes schemas. */
export const DELETE_SCHEMA: Command = adminCommand<IdsMessage>('DeleteSchema', {
  request: DELETE_SCHEMA_REQUEST,
  response: DELETE_SCHEMA_RESPONSE,
  async run(admin, { id }) {
    const deletedSchemas = await change(admin, (changes) => changes.deleteSchemas(id))
    return deletedSchemas === 0 ? {} : { deletedSchemas }
  },
})
