//! Event time in sentences: watermarks, timers, windows, late records.

use crate::i18n::particle::{eul, eun, i};

phrases! {
    watermark_emitted(op: &str, watermark: String) {
        ko: "{} 워터마크 {watermark}를 냈습니다. 타임스탬프가 그 이하인 레코드는 더 오지 않는다고 보는 것입니다.", i(op);
        en: "{op} gave watermark {watermark}: no record up to that timestamp is expected any more."
    }
    watermark_end(op: &str) {
        ko: "{op}에서 입력이 끝나 워터마크 MAX가 나갑니다. 열려 있던 윈도우와 타이머가 모두 발동합니다.";
        en: "The input of {op} has ended: watermark MAX goes out, and every open window and timer fires."
    }
    watermark_advanced(task: &str, watermark: String) {
        ko: "{task}의 워터마크가 {watermark}가 되었습니다. 유휴가 아닌 채널 중 가장 느린 것을 따릅니다. 체크포인트에는 들어가지 않습니다.";
        en: "The watermark of {task} is {watermark} now, that of the slowest channel that is not idle. No checkpoint holds it."
    }
    became_idle(task: &str) {
        ko: "{task}에 한동안 레코드가 없어 유휴(idle)가 되었습니다. 이제 아래쪽 워터마크를 붙잡지 않습니다.";
        en: "{task} has had no records for a while and is idle: it no longer holds back the watermark downstream."
    }
    became_active(task: &str) { ko: "{} 다시 활성이 되어 워터마크를 정하는 데 낍니다.", i(task); en: "{task} is active again and counts for the watermark." }
    timer_registered(op: &str, clock: &str, time: String, key: String) {
        ko: "{} 키 {key}의 {clock} 타이머를 {time}에 맞췄습니다. 타이머도 키 상태라 체크포인트에 들어갑니다.", i(op);
        en: "{op} set a timer of {clock} for key {key} at {time}. Timers are keyed state and part of the checkpoint."
    }
    timer_deleted(op: &str, clock: &str, time: String, key: String) {
        ko: "{} 키 {key}의 {clock} 타이머({time})를 지웠습니다.", i(op);
        en: "{op} took back the {clock} timer of key {key} at {time}."
    }
    timer_fired(op: &str, clock: &str, time: String, key: String) {
        ko: "{op}에서 키 {key}의 {clock} 타이머({time})가 발동해 on_timer가 불립니다.";
        en: "The {clock} timer of key {key} at {time} fires at {op}: on_timer is called."
    }
    clock_event { ko: "이벤트 시간"; en: "event time" }
    clock_processing { ko: "처리 시간"; en: "processing time" }
    window_added(op: &str, window: String, key: String) {
        ko: "{op}에서 키 {key}의 윈도우 {window}에 레코드를 보관합니다. 다음 체크포인트에 들어갑니다.";
        en: "{op} keeps the record in window {window} of key {key}. The next checkpoint will hold it."
    }
    window_set(op: &str, window: String, key: String, value: String) {
        ko: "{op}에서 키 {key}의 윈도우 {window}는 이제 {value}입니다. 다음 체크포인트에 들어갑니다.";
        en: "Window {window} of key {key} at {op} is {value} now. The next checkpoint will hold it."
    }
    window_fired(op: &str, window: String, key: String, watermark: String) {
        ko: "워터마크 {watermark}가 윈도우 {window}의 끝을 지나 {} 키 {key}의 결과를 내보냅니다.", i(op);
        en: "Watermark {watermark} has passed the end of window {window}: {op} emits the result of key {key}."
    }
    window_cleared(op: &str, window: String, key: String) {
        ko: "{op}에서 키 {key}의 윈도우 {window} 상태를 지웠습니다.";
        en: "{op} dropped the state of window {window} of key {key}."
    }
    record_late_dropped(op: &str, record: &str) {
        ko: "{} {op}의 윈도우가 이미 지워진 뒤에 와서 버려졌습니다.", eun(record);
        en: "{record} came after its windows at {op} had gone, and is dropped."
    }
    record_late_aside(op: &str, record: &str) {
        ko: "{} {op}의 윈도우가 이미 지워진 뒤에 와서 지각 데이터용 사이드 출력으로 갑니다.", eun(record);
        en: "{record} came after its windows at {op} had gone, and goes to the side output for late data."
    }
    state_cleared(state: &str, key: String) { ko: "키 {key}의 Flink 상태 {} 지웠습니다.", eul(state); en: "Flink state {state} of key {key} was cleared." }
}
