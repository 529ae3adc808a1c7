import type { Authz, Decide } from '@lockstitch/guard'
import type { Request, Response } from 'express'
import type { Client } from 'stytch'

import type { HostedPages } from '../context.ts'
import type { CookieJar } from '../cookies.ts'
import type { Csrf } from '../csrf.ts'
import { type Frame, layout, type Page } from '../pages/layout.ts'

/** What the notes at home are made of. */
export interface HomeOptions {
  /** The origin; its host has to be a name, since passkeys belong to names. */
  readonly baseUrl: string
  readonly stytch: Client
  readonly hosted: HostedPages
  readonly decide: Decide
  readonly inboxUrl?: string | undefined
}

/** What its routes share. */
export interface Home extends HomeOptions {
  readonly jar: CookieJar
  readonly csrf: Csrf
  readonly authz: Authz
}

/** Sends a page. */
export function sendHomePage(
  { csrf }: Home,
  request: Request,
  response: Response,
  page: (frame: Frame) => Page,
): void {
  const frame = { csrf: csrf.tokenFor(request, response), development: false }
  response.type('html').send(layout(frame, page(frame)))
}
