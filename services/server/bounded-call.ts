import {
  type Metadata,
  type ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';

/** Sees each status on its way out. */
export type StatusResponder = Parameters<ResponderBuilder['withSendStatus']>[0];

type Status = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];
type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];

export type Bounds = Readonly<{
  /** The status that refuses the call, by its metadata; undefined where it may go on. */
  refuse(metadata: Metadata): Status | undefined;
  sendStatus: StatusResponder;
  /** Once for each call, when its stream closes, however it ended. */
  onEnd(call: BoundedCall): void;
}>;

/**
 * A call that `bounds` may refuse before its message is read. Each step goes straight to the next one:
 * the listener and the responder that gRPC offers for this make two functions for each step of a call.
 */
export class BoundedCall extends ServerInterceptingCall implements Listener {
  readonly #call: ServerInterceptingCallInterface;
  readonly #bounds: Bounds;
  #listener: Listener | undefined;
  /** Nothing more is handed on: refused, or cancelled. */
  #isOver = false;
  #hasEnded = false;

  constructor(call: ServerInterceptingCallInterface, bounds: Bounds) {
    super(call);
    this.#call = call;
    this.#bounds = bounds;
  }

  override start(listener: Listener): void {
    this.#listener = listener;
    this.#call.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    if (this.#isOver) return;
    const refusal = this.#bounds.refuse(metadata);
    // What is refused is not handed on: the handler never learns of this call.
    this.#isOver = refusal !== undefined;
    if (refusal === undefined) this.#listener?.onReceiveMetadata(metadata);
    else this.sendStatus(refusal);
  }

  onReceiveMessage(message: unknown): void {
    if (!this.#isOver) this.#listener?.onReceiveMessage(message);
  }

  onReceiveHalfClose(): void {
    if (!this.#isOver) this.#listener?.onReceiveHalfClose();
  }

  onCancel(): void {
    this.#isOver = true;
    if (!this.#hasEnded) this.#bounds.onEnd(this);
    this.#hasEnded = true;
    this.#listener?.onCancel();
  }

  override sendMetadata(metadata: Metadata): void {
    this.#call.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    this.#call.sendMessage(message, callback);
  }

  override sendStatus(status: Status): void {
    this.#bounds.sendStatus(status, (reported) => this.#call.sendStatus(reported));
  }
}
