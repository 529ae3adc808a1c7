import { type SkipList, skipList } from './skip-list.ts'

/** Tests of the CEL specification that policies give no use for. */
export const CEL_SPEC_SKIPS: SkipList = skipList([])
