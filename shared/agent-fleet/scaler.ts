/** What says how many agents there shall be: it looks once a minute, and whenever it is asked to. */
export interface Scaler {
  /**
   * Asks it to look soon, because there is more or less to do. A wish: nobody needs to wait for it, it never rejects, and
   * where it comes to nothing the next minute's look makes up for it. Safe to repeat.
   */
  ask(): Promise<void>;
}
