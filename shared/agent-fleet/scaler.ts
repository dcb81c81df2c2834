/** What says how many agents there shall be: it looks once a minute, and whenever it is asked to. */
export interface Scaler {
  /**
   * Asks it to look soon, because there is more or less to do. A wish: nobody waits for it, it never throws, and where it
   * comes to nothing the next minute's look makes up for it. Safe to repeat.
   */
  ask(): void;
}
