import { Metadata } from '@grpc/grpc-js'

import type { CommandError } from '../errors.ts'
import { binaryWriter } from '../wire/binary-writer.ts'
import { choice, type EnumType, list, messageType, one } from '../wire/schema.ts'

/** Tells the details of a refusal to gRPC clients, if it has some: `google.rpc.Status`. */
export function statusDetails(
  code: number,
  { message, details }: CommandError,
): Metadata | undefined {
  if (details.length === 0) return undefined
  const metadata = new Metadata()
  const bytes = writeStatus({ code, message, details: details.map(pack) })
  metadata.set('grpc-status-details-bin', Buffer.from(bytes))
  return metadata
}

/** A detail with its type beside it, as `google.protobuf.Any`: so far all details are violations. */
function pack(detail: object): object {
  const { '@type': typeUrl, ...message } = detail as Readonly<Record<string, unknown>>
  return { typeUrl, value: Buffer.from(writeViolations(message)).toString('base64') }
}

const writeStatus = binaryWriter(
  messageType('google.rpc.Status', {
    code: one(1, 'uint32'),
    message: one(2, 'string'),
    details: list(
      3,
      messageType('google.protobuf.Any', { typeUrl: one(1, 'string'), value: one(2, 'bytes') }),
    ),
  }),
)

/** The types of fields that the API has. */
const FIELD_TYPE: EnumType = {
  name: 'google.protobuf.FieldDescriptorProto.Type',
  values: {
    TYPE_UINT64: 4,
    TYPE_BOOL: 8,
    TYPE_STRING: 9,
    TYPE_MESSAGE: 11,
    TYPE_BYTES: 12,
    TYPE_UINT32: 13,
    TYPE_ENUM: 14,
  },
}

const FIELD_PATH = messageType('buf.validate.FieldPath', {
  elements: list(
    1,
    messageType('buf.validate.FieldPathElement', {
      fieldNumber: one(1, 'uint32'),
      fieldName: one(2, 'string'),
      fieldType: choice(3, FIELD_TYPE),
      keyType: choice(4, FIELD_TYPE),
      valueType: choice(5, FIELD_TYPE),
      index: one(6, 'uint32'),
      stringKey: one(10, 'string'),
    }),
  ),
})

const writeViolations = binaryWriter(
  messageType('buf.validate.Violations', {
    violations: list(
      1,
      messageType('buf.validate.Violation', {
        field: one(5, FIELD_PATH),
        rule: one(6, FIELD_PATH),
        ruleId: one(2, 'string'),
        message: one(3, 'string'),
        forKey: one(4, 'bool'),
      }),
    ),
  }),
)
