import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";

type State = "announced" | "on its way" | "delivered" | "unknown";

interface Result {
  success: boolean;
  message: string;
  parcels?: Record<string, State>;
}

const WORDS: [RegExp, State][] = [
  [/delivered/i, "delivered"],
  [/in transit|out for delivery/i, "on its way"],
  [/label created|announced/i, "announced"],
];

async function track(page: Page, number: string): Promise<State> {
  await page.getByLabel("Tracking number").fill(number);
  await page.getByRole("button", { name: "Track" }).click();
  const text = await page.getByTestId(`parcel-${number}`).innerText({ timeout: 15_000 });
  return WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? "unknown";
}

export default async function parcelTracking(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };
  const numbers = (process.env.ANCHOR_PARCELS ?? "").split(/[\s,]+/).filter(Boolean);
  if (numbers.length === 0) {
    return { success: false, message: "ANCHOR_PARCELS names no parcel, as in `A1,B2`" };
  }

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) return { success: false, message: "the session has no page" };

    const parcels: Record<string, State> = {};
    for (const number of numbers) {
      // One parcel that the carrier does not know must not hide the others.
      parcels[number] = await track(page, number).catch((): State => "unknown");
    }
    const lost = Object.values(parcels).filter((state) => state === "unknown").length;
    return {
      success: lost === 0,
      message: lost ? `${lost} of ${numbers.length} not found` : `${numbers.length} found`,
      parcels,
    };
  } finally {
    await browser.close();
  }
}
