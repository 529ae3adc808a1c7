import type { Message } from './entities.ts'

/** The mails that were not sent. */
export interface Outbox {
  /** Messages, newest first; `to` keeps those to one address. */
  messages(filter?: { readonly to?: string | undefined }): readonly Message[]
  /** The message with this id. */
  message(id: string): Message | undefined
  deliver(message: Message): void
  /** Tells of each message that is delivered, until the answer is called. */
  subscribe(listener: (message: Message) => void): () => void
  clear(): void
  /** Puts these in the place of all. */
  replace(messages: readonly Message[]): void
}

/** Older messages are dropped, so that a process that runs for weeks does not grow. */
const capacity = 1000

/** An empty outbox. */
export function createOutbox(): Outbox {
  let messages: readonly Message[] = []
  const listeners = new Set<(message: Message) => void>()
  return {
    messages({ to } = {}) {
      if (to === undefined) return messages
      return messages.filter((message) => message.to === to.trim().toLowerCase())
    },
    message: (id) => messages.find((message) => message.id === id),
    deliver(message) {
      messages = [message, ...messages].slice(0, capacity)
      for (const listener of listeners) listener(message)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear() {
      messages = []
    },
    replace(others) {
      messages = others
    },
  }
}
