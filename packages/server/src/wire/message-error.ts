/** Text that is no message of the kind that is expected. The message says where, as Cerbos does. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
}
