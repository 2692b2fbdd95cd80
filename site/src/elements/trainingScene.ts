/** A scene that trains in the worker: one run at a time, which the reader pauses. */
import type { PropertyDeclarations } from 'lit';
import type { Client, Trouble } from '../client';
import type { Request, Scene } from '../protocol';
import { PageElement } from './base';

/** A request before it has the number of its run. */
type Unnumbered<R> = R extends { readonly run: number } ? Omit<R, 'run'> : never;

export abstract class TrainingScene extends PageElement {
  static override properties: PropertyDeclarations = {
    settings: { attribute: false },
    frame: { state: true },
    running: { state: true },
    paused: { state: true },
    problem: { state: true },
  };
  declare client: Client;
  declare running: boolean;
  declare paused: boolean;
  declare problem: Trouble | undefined;
  /** its name in messages to the worker */
  protected abstract readonly scene: Scene;
  /** steps a second */
  rate = 0;
  /** number of the run that is shown */
  protected run = 0;

  constructor() {
    super();
    [this.running, this.paused] = [false, false];
  }

  /** Trains from the start. */
  abstract start(): void;

  /** Shows the model of a file. */
  open(bytes: Uint8Array): void {
    this.running = false;
    this.ask({ type: 'open', scene: this.scene, bytes });
  }

  protected begin(request: Unnumbered<Request>): void {
    [this.running, this.paused, this.problem] = [true, false, undefined];
    this.ask(request);
  }

  /** Asks for a run, which takes the place of the one that is shown. */
  protected ask(request: Unnumbered<Request>): void {
    this.run = this.client.next();
    this.client.send({ ...request, run: this.run } as Request);
  }

  protected toggle(): void {
    if (!this.running) {
      this.start();
      return;
    }
    this.paused = !this.paused;
    this.client.send({ type: 'pause', paused: this.paused });
  }
}
