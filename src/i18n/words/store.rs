//! What the page says about the things it keeps in the browser.

phrases! {
    stored_where { ko: "이 브라우저의 IndexedDB에서 지금 읽은 것입니다."; en: "Just read back from this browser's IndexedDB." }
    stored_in_memory {
        ko: "브라우저가 데이터베이스를 내주지 않아 메모리에만 있습니다. 탭을 닫으면 사라집니다.";
        en: "The browser gives no database, so they are only in memory and are lost when the tab closes."
    }
    stored_none { ko: "이 순간 저장소에는 완료된 체크포인트가 없습니다."; en: "At this moment the storage holds no completed checkpoint." }
    stored_unreadable(count: u32) {
        ko: "읽을 수 없는 기록이 {count}개 있습니다.";
        en: "Records that cannot be read: {count}."
    }
    stored_empty { ko: "위치도 상태도 없음"; en: "no position, no state" }
    stored_finished { ko: "끝난 서브태스크"; en: "finished subtask" }
    stored_offsets { ko: "오프셋"; en: "offsets" }
    stored_heap { ko: "JobManager의 힙"; en: "the JobManager's heap" }
    stored_private {
        ko: "저장한 것은 이 브라우저 밖으로 나가지 않습니다.";
        en: "Nothing that is stored leaves this browser."
    }
    stored_erase { ko: "이 브라우저에 저장한 것 모두 지우기"; en: "Erase everything stored in this browser" }

    store_refused {
        ko: "브라우저가 데이터베이스를 내주지 않습니다. 비공개 창이거나 설정에서 막혀 있을 수 있습니다.";
        en: "The browser gives no database: a private window perhaps, or a setting."
    }
    store_no_answer {
        ko: "데이터베이스가 대답하지 않습니다. 다른 탭에서 옛 버전의 페이지가 쓰고 있을 수 있습니다.";
        en: "The database does not answer. Another tab with an older version of the page may hold it."
    }
    store_full { ko: "브라우저의 저장 공간이 가득 찼습니다."; en: "The browser's storage is full." }
    store_closed {
        ko: "데이터베이스 연결이 닫혔습니다. 다른 탭에서 새 버전의 페이지를 열었거나 데이터를 지웠을 수 있습니다.";
        en: "The connection to the database was closed: another tab has a newer version of the page, or the data was cleared."
    }
    store_damaged { ko: "저장된 기록이 손상되어 읽을 수 없습니다."; en: "What was stored is damaged and cannot be read." }
    store_too_new {
        ko: "더 새로운 버전의 페이지가 남긴 기록이라 읽을 수 없습니다. 페이지를 다시 불러와 보세요.";
        en: "What was stored comes from a newer version of the page. Try reloading the page."
    }
    store_other(message: &str) { ko: "저장하지 못했습니다: {message}"; en: "It could not be stored: {message}" }
}
