import type { Request } from 'express'

/** A field of a form; empty where it is missing. */
export function formField(request: Request, name: string): string {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' ? value.trim() : ''
}
