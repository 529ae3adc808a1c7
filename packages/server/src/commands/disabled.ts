import { CommandError } from '../errors.ts'
import { messageType } from '../wire/schema.ts'
import type { Command } from './command.ts'

/** A service that may be switched off, and how it says so. */
export interface OptionalService {
  readonly name: string
  /** Where HTTP has it. */
  readonly prefix: string
  readonly methods: readonly string[]
  readonly whenDisabled: string
}

export const ADMIN_SERVICE: OptionalService = {
  name: 'cerbos.svc.v1.CerbosAdminService',
  prefix: '/admin',
  methods: [
    ...['AddOrUpdatePolicy', 'InspectPolicies', 'ListPolicies', 'GetPolicy', 'DeletePolicy'],
    ...['DisablePolicy', 'EnablePolicy', 'ListAuditLogEntries', 'AddOrUpdateSchema', 'ListSchemas'],
    ...['GetSchema', 'DeleteSchema', 'ReloadStore', 'PurgeStoreRevisions'],
  ],
  whenDisabled: 'Admin service is disabled by the configuration',
}

export const PLAYGROUND_SERVICE: OptionalService = {
  name: 'cerbos.svc.v1.CerbosPlaygroundService',
  prefix: '/api/playground/',
  methods: ['PlaygroundValidate', 'PlaygroundTest', 'PlaygroundEvaluate', 'PlaygroundProxy'],
  whenDisabled: 'Playground service is disabled by the configuration',
}

const NOTHING = messageType('google.protobuf.Empty', {})

/** The methods of a service that is switched off: each says so. */
export function disabledCommands({
  name,
  methods,
  whenDisabled,
}: OptionalService): readonly Command[] {
  return methods.map((method) => ({
    method: `${name}/${method}`,
    request: NOTHING,
    response: NOTHING,
    run: () => Promise.reject(new CommandError('unimplemented', whenDisabled)),
  }))
}
