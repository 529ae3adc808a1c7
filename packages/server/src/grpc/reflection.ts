import { STATUS } from '../errors.ts'
import type { Descriptors } from '../wire/descriptors.ts'
import type { Message } from '../wire/schema.ts'

/** Answers one question of a client about the services that are here. */
export function answerQuestion(descriptors: Descriptors, question: Message): Message {
  const { host, fileByFilename, fileContainingSymbol, listServices } = question
  const base = { ...(host !== undefined && { validHost: host }), originalRequest: question }
  if (listServices !== undefined) {
    const service = descriptors.services.map((name) => ({ name }))
    return { ...base, listServicesResponse: { service } }
  }
  const files =
    fileByFilename === undefined
      ? descriptors.fileWith(String(fileContainingSymbol ?? ''))
      : descriptors.fileNamed(String(fileByFilename))
  if (files === undefined) {
    const errorMessage = 'no such file or symbol'
    return { ...base, errorResponse: { errorCode: STATUS['not-found'].grpc, errorMessage } }
  }
  const fileDescriptorProto = files.map((file) => Buffer.from(file).toString('base64'))
  return { ...base, fileDescriptorResponse: { fileDescriptorProto } }
}
