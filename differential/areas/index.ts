import type { RunnableArea } from '../area.ts'
import { CEL_AREA } from './cel.ts'
import { CHECK_AREA } from './check.ts'
import { COMPILE_AREA } from './compile.ts'
import { PLAN_AREA } from './plan.ts'
import { RBAC_AREA } from './rbac.ts'
import { VERIFY_AREA } from './verify.ts'

/** What can be compared with the real Cerbos. A new area is a file and a line here. */
export const AREAS: readonly RunnableArea[] = [
  CEL_AREA,
  CHECK_AREA,
  COMPILE_AREA,
  PLAN_AREA,
  RBAC_AREA,
  VERIFY_AREA,
]
