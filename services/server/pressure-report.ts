import { Metadata } from '@grpc/grpc-js';
import { PRESSURE_HEADER } from '../../lib/telemetry/names.ts';
import { pressureHeader } from '../../lib/telemetry/telemetry.ts';
import type { StatusResponder } from './bounded-call.ts';

/**
 * Ends every call with how full the queues of spans are, whoever ends it and however. Here rather than
 * in the handler, because the instrumentation of gRPC hands on no trailers of a handler's answer.
 */
export const reportPressure: StatusResponder = (status, next) => {
  const pressure = pressureHeader();
  if (pressure === undefined) return next(status);
  // An answer without trailers has none to add to.
  const metadata = status.metadata ?? new Metadata();
  metadata.set(PRESSURE_HEADER, pressure);
  next({ ...status, metadata });
};
