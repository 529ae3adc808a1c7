import { Client, type Options } from '@cerbos/core'

import type { Engine } from '../engine.ts'
import { type ExtractAuxData, engineTransport } from './transport.ts'

/** What the Cerbos SDK's clients take, and how tokens become claims. */
export interface EngineClientOptions extends Pick<Options, 'headers' | 'onValidationError'> {
  /**
   * Verifies the tokens of a request, as `createAuxDataExtractor` of `@lockstitch/server/auxdata`
   * does. A request with a token is refused where this is left out.
   */
  readonly auxData?: ExtractAuxData
}

/**
 * The Cerbos SDK's client on an engine in this process: code that is written for `@cerbos/grpc` or
 * `@cerbos/http` runs on it as it is.
 *
 * What an engine cannot do rejects with `NotOK` and `Status.UNIMPLEMENTED`: the admin API, whose
 * place `engine.update` takes, and plans of conditions that no plan can say.
 */
export class EngineClient extends Client {
  constructor(engine: Engine, { auxData, ...options }: EngineClientOptions = {}) {
    super(engineTransport(engine, auxData), options)
  }
}
