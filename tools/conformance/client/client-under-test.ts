import type { HttpCalls } from '../http-calls.ts';
import type { StandInServer } from './stand-in-server.ts';

export type ClientUnderTest = Readonly<{
  call: HttpCalls;
  server: StandInServer;
  /** How long it may take for what it does at once. */
  withinMs: number;
}>;

export const inClient = (says: string) => ({ section: 'client', says });
