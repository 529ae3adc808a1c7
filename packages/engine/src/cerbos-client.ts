export { EngineClient, type EngineClientOptions } from './cerbos-client/client.ts'
export type { ExtractAuxData, TokensOfRequest } from './cerbos-client/transport.ts'
